using System.CommandLine;
using System.Text.Json;
using MindBridge.Platform.Security;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge key</c>: a new API key with what a service's configuration keeps of it.</summary>
internal static class KeyCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object" };
        var command = new Command("key", """
            Make an API key. The key goes to whoever calls and is shown once; its SHA-256 goes into the services' configuration:
              Security:ApiKeys:N:Name, :Tenant, :Sha256, and :Operator=true for a key that may release LLM versions and promote bridges,
              or :Admin=true for one that may read the audit log, too.
            """) { json };
        command.SetAction(parsed =>
        {
            var key = ApiKey.Create();
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(new { key, sha256 = ApiKey.HashOf(key) }) : $"key     {key}\nsha256  {ApiKey.HashOf(key)}");
        });
        return command;
    }
}
