using System.Text.Json;
using Microsoft.Playwright;

namespace MindBridge.Browser.Tests;

/// <content>What is done again and again.</content>
public sealed partial class When_a_new_user_tries_everything
{
    private static async Task ReleaseAsync(Visitor visitor, string name, string model)
    {
        await visitor.SeesAsync("Release an LLM version");
        if (!await visitor.Page.GetByLabel("Name").IsVisibleAsync()) await visitor.Page.GetByText("Release an LLM version").ClickAsync();
        await visitor.Page.GetByLabel("Name").FillAsync(name);
        await visitor.Page.GetByLabel("Folder, as trainers and inference see it").FillAsync(DashboardWorld.Model(model));
        await visitor.PressAsync("Release");
        await visitor.SeesAsync($"{name} 1 is released");
    }

    private static async Task AskAsync(Visitor visitor, string prompt, string llm)
    {
        await visitor.GoAsync("Playground");
        await visitor.Page.GetByLabel("LLM", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = llm });
        await visitor.Page.GetByLabel("Memory", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = Memory });
        await visitor.Page.GetByLabel("Prompt, up to where the answer begins").FillAsync(prompt);
        await visitor.PressAsync("Ask");
        await Assertions.Expect(visitor.Page.Locator("[aria-busy='false']")).ToBeVisibleAsync(new() { Timeout = 30_000 });
    }

    private static async Task<string> AnswerAsync(IPage page, string column) => (await page.Locator($"[data-answer='{column}']").InnerTextAsync()).Trim();

    private static async Task<string> FirstLinkAsync(Visitor visitor, string at, string prefix)
    {
        await visitor.Page.GotoAsync(at);
        return (await visitor.Page.Locator($"a[href^='{prefix}']").First.GetAttributeAsync("href"))!;
    }

    private async Task<(string Prompt, string Before, string After)> EditAsync(int number)
    {
        using var edit = JsonDocument.Parse((await File.ReadAllLinesAsync(Path.Combine(world.Files, "edits.jsonl")))[number]);
        var root = edit.RootElement;
        return (root.GetProperty("prompt").GetString()!, root.GetProperty("old").GetString()!, root.GetProperty("object").GetString()!);
    }
}
