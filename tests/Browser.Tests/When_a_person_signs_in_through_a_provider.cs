using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace MindBridge.Browser.Tests;

/// <summary>Sign-in through an OpenID Connect provider, a real one, that is another site than the dashboard.</summary>
public sealed class When_a_person_signs_in_through_a_provider(DashboardWorld world)
{
    [Fact]
    public async Task Should_let_them_in_as_the_provider_knows_them_and_keep_its_tokens_from_the_browser()
    {
        await using var visitor = await world.VisitorAsync();
        await visitor.Page.GotoAsync("/memories");
        await AtTheProviderAsync(visitor.Page, "ada");

        // Where they wanted to go, by name and role.
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Memories", Level = 1 })).ToBeVisibleAsync();
        await visitor.SeesAsync("default · operator");
        await visitor.SeesAsync("Create a memory");
        var cookies = (await visitor.Page.Context.CookiesAsync([world.Address])).Where(c => c.Name.StartsWith("mindbridge", StringComparison.Ordinal)).ToList();
        cookies.ShouldNotBeEmpty();
        cookies.ShouldAllBe(c => c.HttpOnly && c.SameSite == SameSiteAttribute.Strict);
        // A JSON web token begins with {" in base 64.
        string.Concat(cookies.Select(c => c.Value)).ShouldNotContain("eyJhbGci", Case.Sensitive);
        (await visitor.Page.EvaluateAsync<string>("document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")).ShouldNotContain("eyJhbGci", Case.Sensitive);
        (await visitor.Page.ContentAsync()).ShouldNotContain("eyJhbGci", Case.Sensitive);
        visitor.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_go_on_when_an_access_token_has_run_out()
    {
        await using var visitor = await world.VisitorAsync();
        await visitor.Page.GotoAsync("/");
        await AtTheProviderAsync(visitor.Page, "ada");
        await visitor.SeesAsync("default · operator");
        var before = await CookieAsync(visitor);

        // Nothing on a page tells of a token that was renewed, so its time is waited for.
        await visitor.Page.WaitForTimeoutAsync(1000 * (OidcProvider.Seconds + 1));
        await visitor.GoAsync("Memories");
        await visitor.SeesAsync("Create a memory");
        await Assertions.Expect(visitor.Page.GetByText("Your sign-in has ended")).ToHaveCountAsync(0);
        await visitor.OpenAsync("/jobs");
        await visitor.SeesAsync("default · operator");
        (await CookieAsync(visitor)).ShouldNotBe(before, "the cookie holds the new token");
    }

    [Fact]
    public async Task Should_give_a_reader_no_more_than_a_readers_key_would()
    {
        await using var visitor = await world.VisitorAsync();
        await visitor.Page.GotoAsync("/memories");
        await AtTheProviderAsync(visitor.Page, "cleo");

        await visitor.SeesAsync("default · reader");
        (await visitor.Button("Create memory").CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Should_say_what_is_missing_to_somebody_without_a_role()
    {
        await using var visitor = await world.VisitorAsync();
        await visitor.Page.GotoAsync("/");
        await AtTheProviderAsync(visitor.Page, "nora");

        await visitor.SeesAsync("without a tenant or a role on this platform");
        await visitor.Page.GotoAsync("/memories");
        visitor.Page.Url.ShouldContain("/login");
    }

    [Fact]
    public async Task Should_offer_another_try_to_somebody_who_broke_it_off()
    {
        await using var visitor = await world.VisitorAsync();
        await visitor.Page.GotoAsync("/");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Example" }).ClickAsync();
        await visitor.Page.GetByText("Cancel").ClickAsync();

        await visitor.SeesAsync("the sign-in was broken off");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Example" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Should_take_no_answer_that_nobody_asked_for()
    {
        await using var visitor = await world.VisitorAsync();
        await visitor.Page.GotoAsync("/session/provider/back?code=stolen&state=made-up");

        await visitor.SeesAsync("The sign-in did not come to its end.");
        (await visitor.Page.Context.CookiesAsync([world.Address])).ShouldNotContain(c => c.Name == "mindbridge");
    }

    private static async Task AtTheProviderAsync(IPage page, string person)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Example" }).ClickAsync();
        await page.WaitForURLAsync(new Regex("^http://localhost:"));
        await page.Locator("input[name=login]").FillAsync(person);
        await page.Locator("input[name=password]").FillAsync("whatever");
        await page.Locator("button[type=submit]").ClickAsync();
        // And that the dashboard may know it.
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await page.WaitForURLAsync(new Regex("^http://127.0.0.1:"));
    }

    private static async Task<string> CookieAsync(Visitor visitor) => string.Concat((await visitor.Page.Context.CookiesAsync([visitor.Page.Url])).Where(c => c.Name.StartsWith("mindbridge", StringComparison.Ordinal) && c.Name != "mindbridge-form").OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => c.Value));
}
