using Microsoft.Playwright;

namespace MindBridge.Browser.Tests;

/// <summary>A person with a browser. Whatever the page complains about in its console, or a script it may not run, fails the test at the end.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly DashboardWorld world;
    private readonly List<string> complaints = [];

    private Visitor(DashboardWorld world, IBrowserContext context, IPage page)
    {
        (this.world, this.context, Page) = (world, context, page);
        page.SetDefaultTimeout(60_000);
        page.Console += (_, message) =>
        {
            // What is wrong with other sites is theirs to complain of.
            if (message.Type is "error" && message.Location.StartsWith(world.Address, StringComparison.Ordinal) && !message.Text.Contains("ERR_CONNECTION_REFUSED", StringComparison.Ordinal)) complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
    }

    public IPage Page { get; }

    /// <summary>What the console said.</summary>
    public IReadOnlyList<string> Complaints => complaints;

    internal static async Task<Visitor> OfAsync(DashboardWorld world, IBrowserContext context) => new(world, context, await context.NewPageAsync());

    /// <summary>Opens an address, and waits until the page answers to clicks.</summary>
    public async Task OpenAsync(string path)
    {
        await Page.GotoAsync(path);
        await LiveAsync();
    }

    /// <summary>Signs in as somebody.</summary>
    public async Task<Visitor> SignInAsync(string person)
    {
        await Page.GotoAsync("/");
        await GiveKeyAsync(world.KeyOf(person));
        await Assertions.Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Overview", Level = 1 })).ToBeVisibleAsync();
        await LiveAsync();
        return this;
    }

    /// <summary>Fills in the sign-in form.</summary>
    public async Task GiveKeyAsync(string key)
    {
        await Page.GetByLabel("API key").FillAsync(key);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    /// <summary>Goes to a page by its link in the navigation.</summary>
    public async Task GoAsync(string name)
    {
        var menu = Page.GetByRole(AriaRole.Button, new() { Name = "Menu" });
        if (await menu.IsVisibleAsync() && await menu.GetAttributeAsync("aria-expanded") == "false") await menu.ClickAsync();
        await Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();
        await Assertions.Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
    }

    /// <summary>Waits for a text somewhere on the page.</summary>
    public Task SeesAsync(string text, float seconds = 60) => Assertions.Expect(Page.GetByText(text).First).ToBeVisibleAsync(new() { Timeout = seconds * 1000 });

    public Task PressAsync(string button) => Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).First.ClickAsync();

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Waits until the page answers to clicks.</summary>
    public Task LiveAsync() => Assertions.Expect(Page.Locator("[data-live]")).ToBeAttachedAsync(new() { Timeout = 30_000 });

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
