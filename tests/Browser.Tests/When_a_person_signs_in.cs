using System.Net;
using Microsoft.Playwright;

namespace MindBridge.Browser.Tests;

public sealed class When_a_person_signs_in(DashboardWorld world)
{
    [Fact]
    public async Task Should_refuse_an_unknown_key_with_a_sentence_and_let_a_known_one_in()
    {
        await using var visitor = await world.VisitorAsync();
        await visitor.Page.GotoAsync("/jobs");
        visitor.Page.Url.ShouldContain("/login?next=%2Fjobs");

        await visitor.GiveKeyAsync("mb_wrong");
        await visitor.SeesAsync("This key is not known here.");
        await visitor.GiveKeyAsync(world.KeyOf("Ada"));

        // Where they wanted to go.
        await visitor.SeesAsync("Jobs");
        new Uri(visitor.Page.Url).AbsolutePath.ShouldBe("/jobs");
        await visitor.SeesAsync("default · operator");
        visitor.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_keep_the_sign_in_where_no_script_can_read_it()
    {
        await using var visitor = await world.VisitorAsync();
        await visitor.SignInAsync("Ada");

        var cookie = (await visitor.Page.Context.CookiesAsync()).Single(c => c.Name == "mindbridge");
        cookie.HttpOnly.ShouldBeTrue();
        cookie.SameSite.ShouldBe(SameSiteAttribute.Strict);
        cookie.Value.ShouldNotContain(world.KeyOf("Ada"));
        (await visitor.Page.EvaluateAsync<string>("document.cookie")).ShouldNotContain("mindbridge=");
        (await visitor.Page.ContentAsync()).ShouldNotContain(world.KeyOf("Ada"));
    }

    [Fact]
    public async Task Should_sign_out_and_ask_for_the_key_again()
    {
        await using var visitor = await world.VisitorAsync();
        await visitor.SignInAsync("Ben");
        await visitor.PressAsync("Sign out");

        await Assertions.Expect(visitor.Page.GetByLabel("API key")).ToBeVisibleAsync();
        await visitor.Page.GotoAsync("/memories");
        visitor.Page.Url.ShouldContain("/login");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/memories")]
    [InlineData("/llms")]
    [InlineData("/jobs")]
    [InlineData("/evaluations")]
    [InlineData("/playground")]
    [InlineData("/gates")]
    [InlineData("/gates/facts")]
    [InlineData("/trials")]
    [InlineData("/alerts")]
    [InlineData("/webhooks")]
    [InlineData("/audit")]
    [InlineData("/audit/export.csv")]
    [InlineData("/_blazor/negotiate")]
    public async Task Should_show_nothing_to_whoever_did_not(string path)
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(world.Address) };
        using var request = new HttpRequestMessage(path.StartsWith("/_blazor", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get, path);
        using var answer = await client.SendAsync(request);

        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.Redirect, HttpStatusCode.Unauthorized);
        (await answer.Content.ReadAsStringAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_accept_no_form_from_elsewhere()
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(world.Address) };
        using var answer = await client.PostAsync("/session", new FormUrlEncodedContent([KeyValuePair.Create("key", world.KeyOf("Ada"))]));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Headers.TryGetValues("Set-Cookie", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Should_not_open_the_services_interfaces_with_a_browsers_cookie()
    {
        await using var visitor = await world.VisitorAsync();
        await visitor.SignInAsync("Ada");

        (await visitor.Page.Context.APIRequest.GetAsync(world.Address + "/v1/memories")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Should_tell_browsers_to_run_nothing_but_our_scripts()
    {
        using var client = new HttpClient { BaseAddress = new Uri(world.Address) };
        using var answer = await client.GetAsync("/login");

        var policy = string.Join("; ", answer.Headers.GetValues("Content-Security-Policy"));
        policy.ShouldContain("script-src 'self'");
        policy.ShouldNotContain("unsafe");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("<script>");
    }
}
