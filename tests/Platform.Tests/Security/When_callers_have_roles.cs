using System.Net;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Platform.Security;

namespace MindBridge.Platform.Tests.Security;

public sealed class When_callers_have_roles
{
    [Theory]
    [InlineData(Role.Reader, "reader")]
    [InlineData(Role.Editor, "reader editor")]
    [InlineData(Role.Operator, "reader editor operator")]
    [InlineData(Role.Admin, "reader editor operator admin")]
    [InlineData(Role.Service, "reader editor operator admin service")]
    public async Task Should_let_each_role_do_what_the_lesser_ones_may(Role role, string open)
    {
        var (key, settings) = GuardedService.KeyOf(0, role);
        await using var service = await GuardedService.StartAsync([.. settings]);

        foreach (var asked in Caller.Roles)
        {
            var answer = await service.GetAsync("/" + asked, key);
            answer.StatusCode.ShouldBe(open.Split(' ').Contains(asked) ? HttpStatusCode.OK : HttpStatusCode.Forbidden, asked);
        }

        (await (await service.GetAsync("/who", key)).Content.ReadAsStringAsync()).ShouldBe($"somebody of {(role is Role.Service ? "*" : "acme")} is {role}");
    }

    [Fact]
    public async Task Should_say_which_role_a_call_needs()
    {
        var (key, settings) = GuardedService.KeyOf(0, Role.Editor);
        await using var service = await GuardedService.StartAsync([.. settings]);

        (await (await service.GetAsync("/admin", key)).Content.ReadAsStringAsync()).ShouldContain("needs the role admin");
        var refused = await Should.ThrowAsync<RpcException>(async () => await service.Operations.ListJobsAsync(new ListJobsRequest(), new Metadata { { "authorization", "Bearer " + key } }));
        refused.StatusCode.ShouldBe(StatusCode.PermissionDenied);
        refused.Status.Detail.ShouldBe("this call needs the role operator, and \"somebody\" is editor; call with a key of that role");
    }

    [Fact]
    public async Task Should_refuse_strangers_in_their_own_terms()
    {
        await using var service = await GuardedService.StartAsync();

        (await service.GetAsync("/who", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var stranger = await service.GetAsync("/who", "mb_unknown");
        stranger.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await stranger.Content.ReadAsStringAsync()).ShouldContain("this API key is not known");
        (await service.GetAsync("/metrics", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await service.GetAsync("/health/live", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var refused = await Should.ThrowAsync<RpcException>(async () => await service.Operations.ListJobsAsync(new ListJobsRequest()));
        refused.StatusCode.ShouldBe(StatusCode.Unauthenticated);
        refused.Status.Detail.ShouldContain("carries no key");
    }

    [Fact]
    public async Task Should_refuse_a_key_that_has_expired()
    {
        var (old, expired) = GuardedService.KeyOf(0, Role.Admin, expires: "2020-01-01T00:00:00Z");
        var (young, valid) = GuardedService.KeyOf(1, Role.Admin, expires: "2220-01-01T00:00:00Z");
        await using var service = await GuardedService.StartAsync([.. expired, .. valid]);

        (await service.GetAsync("/who", old)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await service.GetAsync("/who", young)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Should_take_keys_from_a_file_and_forget_those_that_are_taken_out_of_it()
    {
        var folder = Directory.CreateTempSubdirectory("mindbridge-keys-").FullName;
        try
        {
            var (file, key) = (Path.Combine(folder, "keys.jsonl"), ApiKey.Create());
            await using var service = await GuardedService.StartAsync(("Security:KeyFile", file));
            (await service.GetAsync("/who", key)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

            await File.WriteAllTextAsync(file, KeyRing.Line(new ApiKeySettings { Name = "crm", Tenant = "acme", Role = Role.Editor, Sha256 = ApiKey.HashOf(key) }) + "\n");
            await Eventually.HoldsAsync(async () => (await service.GetAsync("/who", key)).StatusCode.ShouldBe(HttpStatusCode.OK));
            (await (await service.GetAsync("/who", key)).Content.ReadAsStringAsync()).ShouldBe("crm of acme is Editor");

            // Half a file takes nobody's key away.
            await File.WriteAllTextAsync(file, "{\"name\": \"cr");
            await Task.Delay(700);
            (await service.GetAsync("/who", key)).StatusCode.ShouldBe(HttpStatusCode.OK);

            await File.WriteAllTextAsync(file, "");
            await Eventually.HoldsAsync(async () => (await service.GetAsync("/who", key)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Should_let_no_key_call_more_often_than_it_may()
    {
        var (busy, first) = GuardedService.KeyOf(0, Role.Reader, name: "busy");
        var (calm, second) = GuardedService.KeyOf(1, Role.Reader, name: "calm");
        await using var service = await GuardedService.StartAsync([.. first, .. second, ("Security:CallsPerSecond", "5")]);

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 40; i++) answers.Add((await service.GetAsync("/who", busy)).StatusCode);

        answers.Count(a => a == HttpStatusCode.OK).ShouldBeInRange(10, 35);
        answers.ShouldContain(HttpStatusCode.TooManyRequests);
        (await service.GetAsync("/who", calm)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
