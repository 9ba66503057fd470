"""grpcio asks for an answer: address, key, LLM and prompt as arguments; the pieces as JSON on stdout."""
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

TYPES = {"string": 9, "int32": 5, "bool": 8}
MESSAGES = {
    "Target": {"llm": (1, "string")},
    "GenerateRequest": {"target": (1, "Target"), "prompt": (2, "string"), "max_tokens": (3, "int32"), "natural_stop": (7, "bool")},
    "GeneratedPiece": {"text": (1, "string"), "finish_reason": (2, "string"), "prompt_tokens": (3, "int32"), "bridge_id": (5, "string"), "edited": (7, "bool")},
}


def build(package):
    file = descriptor_pb2.FileDescriptorProto(name="inference.proto", package=package, syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            added = message.field.add(name=field, number=number, label=1, type=TYPES.get(kind, 11))
            if kind not in TYPES:
                added.type_name = f".{package}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return {name: factory.GetPrototype(pool.FindMessageTypeByName(f"{package}.{name}")) for name in MESSAGES}


def main():
    address, key, llm, prompt = sys.argv[1:]
    types = build("mindbridge.inference.v1")
    channel = grpc.insecure_channel(address)
    generate = channel.unary_stream(
        "/mindbridge.inference.v1.Inference/Generate",
        request_serializer=lambda m: m.SerializeToString(),
        response_deserializer=types["GeneratedPiece"].FromString)
    request = types["GenerateRequest"](target=types["Target"](llm=llm), prompt=prompt, max_tokens=40, natural_stop=True)
    call = generate(request, metadata=[("authorization", "Bearer " + key)], timeout=60)
    pieces = [{"text": p.text, "finish_reason": p.finish_reason} for p in call]
    refused = 0
    try:
        list(generate(request, timeout=60))
    except grpc.RpcError as e:
        refused = e.code().value[0]
    print(json.dumps({"code": call.code().value[0], "pieces": pieces, "refused": refused}))


main()
