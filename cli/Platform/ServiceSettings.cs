using System.Globalization;
using MindBridge.Platform.Security;

namespace MindBridge.Cli.Platform;

/// <summary>What a service of the local platform is told, as configuration keys: the same that appsettings.json, or a container's variables, would say.</summary>
internal static class ServiceSettings
{
    public static IEnumerable<(string Key, string Value)> Of(string service, PlatformFile platform, PlatformHome home, string postgres, string rabbitMq)
    {
        var address = platform.Services[service];
        yield return ("Kestrel:Endpoints:Rest:Url", address.Rest);
        yield return ("Kestrel:Endpoints:Rest:Protocols", "Http1");
        yield return ("Kestrel:Endpoints:Grpc:Url", address.Grpc);
        yield return ("Kestrel:Endpoints:Grpc:Protocols", "Http2");
        yield return ("Database:Kind", "Postgres");
        yield return ("Database:ConnectionString", postgres);
        yield return ("Bus:RabbitMq", rabbitMq);
        foreach (var shared in Shared(platform, home)) yield return shared;
    }

    /// <summary>What all services have in common, wherever they run.</summary>
    public static IEnumerable<(string Key, string Value)> Shared(PlatformFile platform, PlatformHome home)
    {
        foreach (var (key, service) in ((string, string)[])[("EditRegistry", ServiceNames.EditRegistry), ("EncoderTrainer", ServiceNames.EncoderTrainer), ("BridgeTrainer", ServiceNames.BridgeTrainer), ("Inference", ServiceNames.Inference), ("Evaluator", ServiceNames.Evaluator)])
            yield return ($"Services:{key}", platform.Services[service].Grpc);
        yield return ("Services:Key", platform.ServiceKey);
        yield return ("Artifacts:Folder", home.Artifacts);
        yield return ("Artifacts:Work", home.Work);
        yield return ("Encoder:BaseModel", platform.EncoderBase);
        yield return ("Encoder:Prefixes", platform.Prefixes ?? "");
        yield return ("Security:KeyFile", home.Keys);
        foreach (var (i, name, key, role) in ((int, string, string, string)[])[(0, "platform", platform.ServiceKey, "Service"), (1, "operator", platform.OperatorKey, "Admin")])
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"Security:ApiKeys:{i}");
            yield return ($"{at}:Name", name);
            yield return ($"{at}:Tenant", "default");
            yield return ($"{at}:Sha256", ApiKey.HashOf(key));
            yield return ($"{at}:Role", role);
        }
    }
}
