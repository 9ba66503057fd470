using Grpc.Core.Interceptors;
using MindBridge.Evaluator.Dashboard.SigningIn;

namespace MindBridge.Evaluator.Dashboard.Calling;

/// <summary>The services, called as whoever's browser asks for a file.</summary>
internal sealed class BrowserCalls(ServiceChannels channels)
{
    public Contracts.V1.Evaluator.EvaluatorClient Evaluator(HttpContext http) => new(channels.To("evaluator").Intercept(metadata =>
    {
        metadata.Add("authorization", "Bearer " + Session.KeyOf(http.User));
        return metadata;
    }));
}
