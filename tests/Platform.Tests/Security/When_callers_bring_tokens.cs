using System.Net;
using System.Security.Cryptography;
using MindBridge.Platform.Security;

namespace MindBridge.Platform.Tests.Security;

public sealed class When_callers_bring_tokens
{
    [Fact]
    public async Task Should_accept_a_providers_tokens_beside_keys_and_nobody_elses()
    {
        await using var provider = await TokenProvider.StartAsync();
        var (key, settings) = GuardedService.KeyOf(0, Role.Reader);
        await using var service = await GuardedService.StartAsync([.. settings, ("Security:Jwt:Authority", provider.Address), ("Security:Jwt:Https", "false")]);

        (await TextAsync(provider.Token("acme", ["editor", "operator"]))).ShouldBe("ada of acme is Operator");
        (await TextAsync(key)).ShouldBe("somebody of acme is Reader");
        using var other = RSA.Create(2048);
        (string What, string Token)[] refused =
        [
            ("another signature", provider.Token("acme", ["admin"], signedBy: other)),
            ("another audience", provider.Token("acme", ["admin"], audience: "payroll")),
            ("expired", provider.Token("acme", ["admin"], lasts: TimeSpan.FromMinutes(-5))),
            ("no tenant", provider.Token(null, ["admin"])),
            ("every tenant", provider.Token("*", ["admin"])),
            ("no role", provider.Token("acme", [])),
            ("a role that nobody outside has", provider.Token("acme", ["service"])),
            ("no token at all", "a.b.c"),
        ];
        foreach (var (what, token) in refused) (await service.GetAsync("/who", token)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, what);

        async Task<string> TextAsync(string bearer) => await (await service.GetAsync("/who", bearer)).Content.ReadAsStringAsync();
    }
}
