using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using MindBridge.BridgeTrainer.Hosting;
using MindBridge.EditRegistry.Hosting;
using MindBridge.EncoderTrainer.Hosting;
using MindBridge.Evaluator.Hosting;
using MindBridge.Inference.Hosting;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge service NAME</c>: one service in this process, told by its environment what to do. What <c>up</c> starts; nobody types it.</summary>
internal static class ServiceCommand
{
    private const string Keeper = "supervisor";

    public static Command Create()
    {
        var home = PlatformHome.Option();
        var name = new Argument<string>("name");
        name.AcceptOnlyFromAmong([.. ServiceNames.All, Keeper]);
        var command = new Command("service", "Run one service of the platform in this process, configured by environment variables.") { name, home };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(name) is Keeper)
            {
                await UpCommand.RunAsync(PlatformHome.Of(parsed.GetValue(home)), cancellationToken);
                return 0;
            }

            await using var service = Build(parsed.GetValue(name)!);
            await ((IHost)service).RunAsync(cancellationToken);
            return 0;
        });
        return command;
    }

    private static WebApplication Build(string name) => name switch
    {
        ServiceNames.EditRegistry => RegistryHost.Build([]),
        ServiceNames.EncoderTrainer => EncoderTrainerHost.Build([]),
        ServiceNames.BridgeTrainer => BridgeTrainerHost.Build([]),
        ServiceNames.Inference => InferenceHost.Build([]),
        _ => EvaluatorHost.Build([]),
    };
}
