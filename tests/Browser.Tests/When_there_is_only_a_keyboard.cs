using Microsoft.Playwright;

namespace MindBridge.Browser.Tests;

/// <summary>From the sign-in to a gate that is set and a log that tells of it, without a mouse.</summary>
public sealed class When_there_is_only_a_keyboard(DashboardWorld world)
{
    private const int MostStops = 90;

    [Fact]
    public async Task Should_get_from_the_sign_in_to_a_gate_and_back()
    {
        await using var eve = await world.VisitorAsync();
        var page = eve.Page;
        await page.GotoAsync("/");
        await GoToAsync(page, "API key");
        await page.Keyboard.TypeAsync(world.KeyOf("Eve"));
        await page.Keyboard.PressAsync("Enter");
        await eve.LiveAsync();

        await GoToAsync(page, "Memories");
        await page.Keyboard.PressAsync("Enter");
        await eve.SeesAsync("Create a memory");
        await GoToAsync(page, "Name");
        await page.Keyboard.TypeAsync("keys");
        await page.Keyboard.PressAsync("Enter");
        await eve.SeesAsync("The memory is empty.");

        await GoToAsync(page, "Gate and schedule");
        await page.Keyboard.PressAsync("Enter");
        await eve.SeesAsync("nobody has set a gate");
        await GoToAsync(page, "Least (%)");
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.TypeAsync("55.5");
        await GoToAsync(page, "Set the gate");
        await page.Keyboard.PressAsync("Space");
        await eve.SeesAsync("Version 1 of the gate stands");
        await eve.SeesAsync("Rel ≥ 55.5 %");

        await GoToAsync(page, "Audit log");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { NameRegex = new("Eve set gate keys") })).ToBeVisibleAsync();
        eve.Complaints.ShouldBeEmpty();
    }

    // By the name that a screen reader would say; every stop on the way must show that it is one.
    private static async Task GoToAsync(IPage page, string name)
    {
        for (var stop = 0; stop < MostStops; stop++)
        {
            await page.Keyboard.PressAsync("Tab");
            var at = await page.EvaluateAsync<string[]>("""
                (() => {
                  const at = document.activeElement;
                  // A heading that a new page puts the focus on is no stop of the keyboard's.
                  if (!at || at === document.body || at.tabIndex < 0) return ['', 'shown'];
                  const name = at.getAttribute('aria-label') ?? (at.labels?.length ? at.labels[0].textContent : at.textContent);
                  return [(name ?? '').trim(), getComputedStyle(at).outlineStyle === 'none' ? at.outerHTML.slice(0, 120) : 'shown'];
                })()
                """);
            at[1].ShouldBe("shown", $"a stop on the way to {name} shows no outline");
            if (at[0] == name) return;
        }

        throw new ShouldAssertException($"no stop within {MostStops} is called \"{name}\"");
    }
}
