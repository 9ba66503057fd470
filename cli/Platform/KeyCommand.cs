using System.CommandLine;
using System.Text.Json;
using MindBridge.LocalServers;
using MindBridge.Platform.Security;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge key ...</c>: who may call. Only hashes are kept.</summary>
internal static class KeyCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object" };
        var command = new Command("key", """
            Make an API key that is kept nowhere: the key goes to whoever calls and is shown once, its SHA-256 goes into a service's configuration (docs/configuration.md).
            For the platform that `mindbridge up` runs: key create, key list, key revoke.
            """) { json, Make(), List(), Revoke() };
        command.SetAction(parsed => Console.WriteLine(parsed.GetValue(json) ? AsJson(ApiKey.Create()) : AsText(ApiKey.Create())));
        return command;
    }

    private static Command Make()
    {
        var (home, file) = (PlatformHome.Option(), FileOption());
        var name = new Argument<string>("name") { Description = "Who holds it, as histories show it" };
        var tenant = new Option<string>("--tenant") { Description = "Whose data it opens", DefaultValueFactory = _ => "default" };
        var role = new Option<Role>("--role") { Description = "reader, editor, operator or admin", DefaultValueFactory = _ => Role.Editor };
        var days = new Option<int?>("--days") { Description = "Days until it expires (default: never)" };
        var json = new Option<bool>("--json") { Description = "One JSON object" };
        var command = new Command("create", """
            Make a key and let the platform accept it within a second. It is shown once.

            Example:
              mindbridge key create crm --role editor --days 90
            """) { name, tenant, role, days, json, home, file };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            var path = PathOf(parsed, home, file);
            var keys = File.Exists(path) ? KeyRing.Read(path) : [];
            var holder = parsed.GetValue(name)!;
            if (string.IsNullOrWhiteSpace(holder)) throw new ArgumentException("name is empty; say who holds the key");
            if (keys.Any(k => k.Name == holder)) throw new ArgumentException($"\"{holder}\" has a key already; choose another name, or revoke that one first");
            if (parsed.GetValue(days) is <= 0 and var given) throw new ArgumentException($"--days is {given}; give 1 or more");
            if (parsed.GetValue(role) is Role.Service) throw new ArgumentException("--role is service, which is the platform's own; give reader, editor, operator or admin");
            var key = ApiKey.Create();
            var entry = new ApiKeySettings
            {
                Name = holder,
                Tenant = parsed.GetValue(tenant)!,
                Role = parsed.GetValue(role),
                Sha256 = ApiKey.HashOf(key),
                Expires = parsed.GetValue(days) is { } lasts ? DateTimeOffset.UtcNow.AddDays(lasts) : null,
            };
            await WriteAsync(path, [.. keys, entry], cancellationToken);
            Console.WriteLine(parsed.GetValue(json) ? AsJson(key) : AsText(key));
            return 0;
        }));
        return command;
    }

    private static Command List()
    {
        var (home, file) = (PlatformHome.Option(), FileOption());
        var command = new Command("list", "List who holds a key.") { home, file };
        command.SetAction((parsed, _) => Spoken.AsSentencesAsync(() =>
        {
            var path = PathOf(parsed, home, file);
            var table = new Table().RoundedBorder().AddColumns("name", "tenant", "role", "expires");
            foreach (var key in File.Exists(path) ? KeyRing.Read(path) : [])
                table.AddRow(key.Name.EscapeMarkup(), key.Tenant.EscapeMarkup(), key.Role.ToString().ToLowerInvariant(), key.Expires?.ToString("u", System.Globalization.CultureInfo.InvariantCulture) ?? "never");
            AnsiConsole.Write(table);
            return Task.FromResult(0);
        }));
        return command;
    }

    private static Command Revoke()
    {
        var (home, file) = (PlatformHome.Option(), FileOption());
        var name = new Argument<string>("name") { Description = "Whose key" };
        var command = new Command("revoke", "Take a key back: it is refused within a second.") { name, home, file };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            var (path, holder) = (PathOf(parsed, home, file), parsed.GetValue(name)!);
            var keys = File.Exists(path) ? KeyRing.Read(path) : [];
            if (keys.All(k => k.Name != holder)) throw new ArgumentException($"\"{holder}\" has no key in {path}; `mindbridge key list` shows who has");
            await WriteAsync(path, [.. keys.Where(k => k.Name != holder)], cancellationToken);
            AnsiConsole.WriteLine($"{holder}'s key is revoked");
            return 0;
        }));
        return command;
    }

    private static Option<FileInfo?> FileOption() => new("--file") { Description = "The key file (default: that of the platform below --home)" };

    private static string PathOf(ParseResult parsed, Option<DirectoryInfo?> home, Option<FileInfo?> file) => parsed.GetValue(file)?.FullName ?? PlatformHome.Of(parsed.GetValue(home)).Keys;

    private static Task WriteAsync(string path, IReadOnlyList<ApiKeySettings> keys, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return SecretFile.WriteAsync(path, string.Concat(keys.Select(key => KeyRing.Line(key) + "\n")), cancellationToken);
    }

    private static string AsText(string key) => $"key     {key}\nsha256  {ApiKey.HashOf(key)}";

    private static string AsJson(string key) => JsonSerializer.Serialize(new { key, sha256 = ApiKey.HashOf(key) });
}
