"""The messages of probe.proto, health and reflection, built without generated code."""
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_TYPES = {"string": 9, "int32": 5, "bytes": 12}


def _build(package, messages):
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    for name, fields in messages.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            repeated = kind.startswith("*")
            kind = kind.lstrip("*")
            added = message.field.add(name=field, number=number, label=3 if repeated else 1, type=_TYPES.get(kind, 11))
            if kind not in _TYPES:
                added.type_name = f".{package}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return [factory.GetPrototype(pool.FindMessageTypeByName(f"{package}.{name}")) for name in messages]


(Note,) = _build("mindbridge.probe", {"Note": {"text": (1, "string"), "number": (2, "int32"), "payload": (3, "bytes")}})

HealthRequest, HealthResponse = _build("grpc.health.v1", {"HealthCheckRequest": {"service": (1, "string")}, "HealthCheckResponse": {"status": (1, "int32")}})

ReflectionRequest, ReflectionResponse, _, _, _ = _build("grpc.reflection.v1alpha", {
    "ServerReflectionRequest": {"file_containing_symbol": (4, "string"), "list_services": (7, "string")},
    "ServerReflectionResponse": {"file_descriptor_response": (4, "FileDescriptorResponse"), "list_services_response": (6, "ListServiceResponse")},
    "FileDescriptorResponse": {"file_descriptor_proto": (1, "*bytes")},
    "ListServiceResponse": {"service": (1, "*ServiceResponse")},
    "ServiceResponse": {"name": (1, "string")},
})
