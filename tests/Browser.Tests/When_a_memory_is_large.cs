using System.Diagnostics;
using Microsoft.Playwright;

namespace MindBridge.Browser.Tests;

[Collection("one after the other")]
public sealed class When_a_memory_is_large(DashboardWorld world, ITestOutputHelper output)
{
    private const int Edits = 100_000;

    [Fact]
    public async Task Should_search_and_turn_pages_without_lag()
    {
        await world.FillAsync("Eve", "large", Edits);
        await using var eve = await world.VisitorAsync();
        await eve.SignInAsync("Eve");
        await eve.OpenAsync("/memories/large");
        await eve.SeesAsync("100,000");
        var rows = eve.Page.GetByRole(AriaRole.Region, new() { Name = "Edits" }).Locator("tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(50);

        var searching = Stopwatch.StartNew();
        await eve.Page.GetByLabel("Search subject, answer and prompt").FillAsync("subject 77777");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        output.WriteLine($"found 1 of {Edits:N0} edits after {searching.ElapsedMilliseconds} ms, 200 of them the pause after the last letter");
        searching.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(3));

        await eve.Page.GetByLabel("Search subject, answer and prompt").FillAsync("");
        await Assertions.Expect(rows).ToHaveCountAsync(50);
        var turning = Stopwatch.StartNew();
        await eve.PressAsync("Next page");
        await eve.SeesAsync("Entries 51–100, more follow");
        output.WriteLine($"the next page came after {turning.ElapsedMilliseconds} ms");
        turning.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(3));
        await eve.PressAsync("Previous page");
        await eve.SeesAsync("Entries 1–50, more follow");

        await eve.Page.GetByLabel("State").SelectOptionAsync("Pending");
        await Assertions.Expect(rows).ToHaveCountAsync(50);
        await eve.Page.GetByLabel("State").SelectOptionAsync("Retracted");
        await eve.SeesAsync("No edit is like that.");
    }
}
