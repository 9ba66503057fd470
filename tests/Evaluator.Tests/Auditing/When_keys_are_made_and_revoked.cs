using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Dashboard.ReadingAudit;
using MindBridge.LocalServers;
using MindBridge.Platform.Security;
using MindBridge.ServingWorld;
using Microsoft.AspNetCore.Builder;

namespace MindBridge.Evaluator.Tests.Auditing;

/// <summary>Two evaluators watch one key file, as replicas do.</summary>
public sealed class When_keys_are_made_and_revoked(Platform platform) : IDisposable
{
    private readonly Tenant tenant = platform.Serving.NewTenant();
    private readonly Tenant other = platform.Serving.NewTenant();
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-keys-").FullName;

    [Fact]
    public async Task Should_stand_in_the_audit_log_once_each_with_name_tenant_and_role_and_no_secret()
    {
        var (first, second) = (Of("crm", Role.Editor), Of("crm", Role.Reader));
        var (one, two) = (await WatchAsync(), await WatchAsync());
        await WriteAsync(first, Of("theirs", Role.Editor, other.Name));
        await ToldAsync("key created");
        // A file that was begun to be written says nothing of keys; neither does the same one once more.
        await File.WriteAllTextAsync(KeyFile, "{\"name\": \"crm\"");
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        await WriteAsync(first);
        await platform.Serving.EndAsync(one);
        one = await WatchAsync();
        // Another key under the same name.
        await WriteAsync(second);
        await ToldAsync("key created", "key revoked", "key created");
        await platform.Serving.EndAsync(one);
        await platform.Serving.EndAsync(two);
        // While nobody looked.
        File.Delete(KeyFile);
        (one, two) = (await WatchAsync(), await WatchAsync());

        var told = await ToldAsync("key revoked", "key created", "key revoked", "key created");

        foreach (var evaluator in (WebApplication[])[one, two]) await platform.Serving.EndAsync(evaluator);
        told.Select(e => (e.Who, e.Subject, AuditWords.Of(e))).ShouldBe(
            [("key file", "crm", $"reader of {tenant.Name}"), ("key file", "crm", $"reader of {tenant.Name}"), ("key file", "crm", $"editor of {tenant.Name}"), ("key file", "crm", $"editor of {tenant.Name}")]);
        foreach (var key in (ApiKeySettings[])[first, second]) told.ShouldAllBe(e => !e.ToString().Contains(key.Sha256, StringComparison.OrdinalIgnoreCase));
        (await other.Evaluator.ListAuditAsync(new ListAuditRequest(), other.AsAdmin)).Entries.Select(e => (e.What, e.Subject)).ShouldBe([("key revoked", "theirs"), ("key created", "theirs")]);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string KeyFile => Path.Combine(folder, "keys.jsonl");

    private Task<WebApplication> WatchAsync() => platform.Serving.RunAsync(platform.Serving.Evaluator(ServingPlatform.FreeAddress(), $"--Security:KeyFile={KeyFile}"));

    private Task WriteAsync(params ApiKeySettings[] keys) => SecretFile.WriteAsync(KeyFile, string.Concat(keys.Select(key => KeyRing.Line(key) + "\n")));

    private ApiKeySettings Of(string name, Role role, string? of = null) => new() { Name = name, Tenant = of ?? tenant.Name, Role = role, Sha256 = ApiKey.HashOf(ApiKey.Create()) };

    // Until there are as many entries, which are these then, the latest first.
    private async Task<IReadOnlyList<AuditEntry>> ToldAsync(params string[] what)
    {
        IReadOnlyList<AuditEntry> entries = [];
        await Eventually.HoldsAsync(async () => (entries = [.. (await tenant.Evaluator.ListAuditAsync(new ListAuditRequest(), tenant.AsAdmin)).Entries]).Count >= what.Length, $"{what.Length} entries");
        entries.Select(e => e.What).ShouldBe(what);
        return entries;
    }
}
