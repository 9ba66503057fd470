using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;

namespace Grpc.Reflection;

/// <summary>Tells clients which services there are and how their messages look (grpc.reflection.v1alpha, the version that most tools speak).</summary>
public class ReflectionServiceImpl : V1Alpha.ServerReflection.ServerReflectionBase
{
    private readonly ServedFiles _files;

    /// <summary>Tells of services by name, and of every file of a registry.</summary>
    public ReflectionServiceImpl(IEnumerable<string> services, SymbolRegistry symbolRegistry) => _files = new ServedFiles(services, symbolRegistry);

    /// <summary>Tells of these services and the files they need.</summary>
    public ReflectionServiceImpl(IEnumerable<ServiceDescriptor> serviceDescriptors) => _files = ServedFiles.Of(serviceDescriptors);

    /// <summary>Tells of these services and the files they need.</summary>
    public ReflectionServiceImpl(params ServiceDescriptor[] serviceDescriptors)
        : this((IEnumerable<ServiceDescriptor>)serviceDescriptors)
    {
    }

    /// <summary>Answers each request in turn.</summary>
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken)) await responseStream.WriteAsync(Answer(requestStream.Current));
    }

    private static ErrorResponse Error((int Code, string Message) problem) => new() { ErrorCode = problem.Code, ErrorMessage = problem.Message };

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var answer = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                answer.ListServicesResponse = new ListServiceResponse { Service = { _files.Services.Select(name => new ServiceResponse { Name = name }) } };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                if (_files.FileByName(request.FileByFilename) is { } file) answer.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { file } };
                else answer.ErrorResponse = Error(ServedFiles.Missing("File", request.FileByFilename));
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                if (_files.FileOf(request.FileContainingSymbol) is { } home) answer.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { home } };
                else answer.ErrorResponse = Error(ServedFiles.Missing("Symbol", request.FileContainingSymbol));
                break;
            default:
                answer.ErrorResponse = Error(((int)StatusCode.Unimplemented, ServedFiles.NotSupported));
                break;
        }
        return answer;
    }
}
