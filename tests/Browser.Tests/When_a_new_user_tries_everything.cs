using System.Text.Json;
using Microsoft.Playwright;

namespace MindBridge.Browser.Tests;

/// <summary>The whole story, as somebody meets it who has just installed the platform: nothing is prepared but an edit file and two LLM folders.</summary>
[Collection("one after the other")]
public sealed class When_a_new_user_tries_everything(DashboardWorld world, ITestOutputHelper output)
{
    private const string Memory = "facts";

    // In ms; the bar for a machine of its own, which a machine that runs tests is not.
    private const double MostPaint = 1000;

    [Fact]
    public async Task Should_get_from_an_empty_platform_to_an_upgraded_llm()
    {
        await using var ada = await world.VisitorAsync();
        var page = ada.Page;
        var pictures = new Pictures();

        // An empty platform tells what to do next.
        await ada.SignInAsync("Ada");
        await ada.SeesAsync("There is no memory yet.");
        await ada.SeesAsync("./mindbridge memory create facts");
        await ada.GoAsync("LLM upgrades");
        await ada.SeesAsync("No LLM version is released.");
        await ReleaseAsync(ada, "gpt", "demo-gpt");

        // A memory whose gate lets through whatever so short a training makes.
        await ada.GoAsync("Memories");
        await page.GetByLabel("Name").FillAsync(Memory);
        foreach (var least in (string[])["Least Rel (%)", "Least Gen (%)", "Least Loc (%)"]) await page.GetByLabel(least).FillAsync("0");
        await ada.PressAsync("Create memory");
        await ada.SeesAsync("The memory is empty.");

        // A file with a row that will not do: the others are imported, and that one is named.
        var (prompt, before, after) = await FirstEditAsync();
        var file = Path.Combine(world.Files, "with-a-mistake.jsonl");
        await File.WriteAllTextAsync(file, await File.ReadAllTextAsync(Path.Combine(world.Files, "edits.jsonl")) + "{\"id\": \"bad\", \"subject\": \"Nowhere\", \"relation\": \"P30\", \"prompt\": \"The continent of Nowhere is\", \"object\": \"\"}\n");
        await page.GetByLabel("Edits as JSON lines, CounterFact, ZsRE or CSV").SetInputFilesAsync(file);
        await ada.SeesAsync($"{DashboardWorld.EditCount} edits imported, 0 known already, 1 rows left out");
        await Assertions.Expect(page.Locator("#problems")).ToContainTextAsync("object");
        await ada.PressAsync($"Commit {DashboardWorld.EditCount} now");
        await ada.SeesAsync("its encoder is trained next");

        // Training shows its progress and its loss, and the page moves by itself.
        await ada.GoAsync("Jobs");
        await ada.SeesAsync("Train encoder");
        await Assertions.Expect(page.Locator("progress").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { NameRegex = new("Loss of the job by step") })).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await pictures.TakeAsync(ada, "jobs");
        await ada.GoAsync("Overview");
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { NameRegex = new("facts gpt 1 serving") })).ToBeVisibleAsync(new() { Timeout = 120_000 });

        // The corrected answer, beside the LLM's own.
        await AskAsync(ada, prompt, "gpt 1");
        (await AnswerAsync(page, "Unedited")).ShouldStartWith(before);
        (await AnswerAsync(page, "Champion")).ShouldStartWith(after);
        await ada.SeesAsync("the memory speaks");

        // The next LLM: the same encoder, another bridge.
        await ada.GoAsync("LLM upgrades");
        await ReleaseAsync(ada, "llama", "demo-llama");
        var llama = page.GetByRole(AriaRole.Region, new() { Name = "Memories on llama 1" });
        await Assertions.Expect(llama.GetByText("commit 1")).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await Assertions.Expect(llama.GetByText("untouched")).ToBeVisibleAsync();
        await AskAsync(ada, prompt, "llama 1");
        (await AnswerAsync(page, "Champion")).ShouldStartWith(after);

        // The two upgrades probe by probe.
        await ada.GoAsync("LLM upgrades");
        await page.GetByRole(AriaRole.Link, new() { Name = "Compare the two evaluations probe by probe" }).ClickAsync();
        await ada.SeesAsync("Compare two evaluations");
        await ada.SeesAsync("Figures on the probes that both have");
        await pictures.TakeAsync(ada, "compare");

        // One fact is taken back, from its own page.
        await ada.GoAsync("Memories");
        await page.GetByRole(AriaRole.Link, new() { Name = Memory, Exact = true }).ClickAsync();
        await page.GetByLabel("Search subject, answer and prompt").FillAsync(prompt);
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Edits" }).GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Region, new() { Name = "Edits" }).GetByRole(AriaRole.Link).First.ClickAsync();
        await ada.SeesAsync("Before and after, by LLM");
        await Assertions.Expect(page.Locator("td.hit").First).ToBeVisibleAsync();
        await pictures.TakeAsync(ada, "edit");
        await ada.PressAsync("Retract…");
        await page.GetByLabel("Why (optional)").FillAsync("A test takes it back.");
        await ada.PressAsync("Retract for good");
        await ada.SeesAsync("The edit is retracted");
        await page.GetByRole(AriaRole.Link, new() { Name = Memory, Exact = true }).ClickAsync();
        await ada.PressAsync("Commit 1 now");

        // Its bridge serves by itself; the one before comes back with one button, and goes again with another.
        await ada.GoAsync("LLM upgrades");
        await Assertions.Expect(llama.GetByText("commit 2")).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await llama.GetByRole(AriaRole.Button, new() { Name = "Roll back…" }).ClickAsync();
        await page.GetByLabel("Why (optional)").FillAsync("A test rolls back.");
        await ada.PressAsync("Roll back now");
        await ada.SeesAsync("Rolled back: facts is answered by the bridge before on llama 1.");
        await Assertions.Expect(llama.GetByText("commit 1", new() { Exact = true })).ToBeVisibleAsync();
        await AskAsync(ada, prompt, "llama 1");
        (await AnswerAsync(page, "Champion")).ShouldStartWith(after);
        await Assertions.Expect(page.Locator("[data-answer='Challenger']")).ToBeVisibleAsync();
        await pictures.TakeAsync(ada, "playground");
        await ada.GoAsync("LLM upgrades");
        await llama.GetByRole(AriaRole.Button, new() { Name = "Promote…" }).ClickAsync();
        await ada.PressAsync("Promote it");
        await ada.SeesAsync("The bridge is promoted: facts is answered by it on llama 1.");
        await Assertions.Expect(llama.GetByText("commit 2", new() { Exact = true })).ToBeVisibleAsync();
        await AskAsync(ada, prompt, "llama 1");
        (await AnswerAsync(page, "Champion")).ShouldStartWith(before);

        // The services tell the same story, and name who did what.
        var deployed = await world.DeploymentsAsync("Ada");
        deployed.Count.ShouldBe(2);
        deployed.Max(d => d.Sequence).ShouldBe(4);
        ada.Complaints.ShouldBeEmpty();

        var evaluation = await FirstLinkAsync(ada, "/evaluations", "/evaluations/0");
        foreach (var (name, path) in ((string, string)[])[("overview", "/"), ("memories", "/memories"), ("memory", "/memories/facts"), ("llm-upgrades", "/llms"), ("evaluations", "/evaluations"), ("evaluation", evaluation)])
        {
            await ada.OpenAsync(path);
            (await FirstPaintAsync(page)).ShouldBeLessThan(MostPaint, name);
            await pictures.TakeAsync(ada, name);
        }

        await ExportsAsync(ada, evaluation);
        await ReaderChangesNothingAsync(evaluation);
        await OthersSeeNothingAsync(evaluation);
        await using (var nobody = await world.VisitorAsync())
        {
            await nobody.Page.GotoAsync("/login");
            await pictures.TakeAsync(nobody, "sign-in");
        }

        output.WriteLine(pictures.Report);
    }

    private static async Task ExportsAsync(Visitor visitor, string evaluation)
    {
        var csv = await (await visitor.Page.Context.APIRequest.GetAsync(evaluation + "/export.csv")).TextAsync();
        csv.ShouldContain("evaluation,memory,llm,bridge,protocol,kind,edit,prompt,answer,before,after,value");
        using var json = JsonDocument.Parse(await (await visitor.Page.Context.APIRequest.GetAsync(evaluation + "/export.json")).TextAsync());
        json.RootElement.GetProperty("probes").GetArrayLength().ShouldBe(csv.Trim().Split('\n').Length - 1);
    }

    // Cleo's key reads: she sees everything of her tenant, and no button that would be refused.
    private async Task ReaderChangesNothingAsync(string evaluation)
    {
        await using var cleo = await world.VisitorAsync();
        await cleo.SignInAsync("Cleo");
        foreach (var (path, sees) in ((string, string)[])[("/memories", Memory), ("/memories/facts", "Edits"), ("/llms", "llama 1"), ("/jobs", "Train encoder"), (evaluation, "Probes")])
        {
            await cleo.OpenAsync(path);
            await cleo.SeesAsync(sees);
            foreach (var button in (string[])["Create memory", "Submit edit", "Release", "Promote…", "Roll back…", "Retire this version…", "Cancel…", "Retry", "Retract…"])
                (await cleo.Button(button).CountAsync()).ShouldBe(0, $"{button} on {path}");
        }
    }

    // Eve administers another tenant: not a name of this one reaches her, whatever address she types.
    private async Task OthersSeeNothingAsync(string evaluation)
    {
        await using var eve = await world.VisitorAsync();
        await eve.SignInAsync("Eve");
        foreach (var path in (string[])["/", "/memories", "/memories/facts", "/llms", "/jobs", "/evaluations", evaluation, "/playground"])
        {
            await eve.OpenAsync(path);
            await Assertions.Expect(eve.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
            await eve.Page.WaitForTimeoutAsync(700);
            var shown = await eve.Page.Locator("main").InnerTextAsync();
            foreach (var secret in (string[])["Train encoder", "Evaluate bridge", "champion", "Ada", "serving"]) shown.ShouldNotContain(secret, customMessage: path);
        }

        (await eve.Page.Context.APIRequest.GetAsync(evaluation + "/export.json")).Status.ShouldBe(404);
    }

    private static Task<double> FirstPaintAsync(IPage page) => page.EvaluateAsync<double>(
        "new Promise(told => { const look = () => { const paint = performance.getEntriesByName('first-contentful-paint')[0]; paint ? told(paint.startTime) : setTimeout(look, 10); }; look(); })");

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

    private async Task<(string Prompt, string Before, string After)> FirstEditAsync()
    {
        using var edit = JsonDocument.Parse((await File.ReadAllLinesAsync(Path.Combine(world.Files, "edits.jsonl")))[0]);
        var root = edit.RootElement;
        return (root.GetProperty("prompt").GetString()!, root.GetProperty("old").GetString()!, root.GetProperty("object").GetString()!);
    }
}
