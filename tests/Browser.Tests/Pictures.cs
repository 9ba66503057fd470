using System.Globalization;
using System.Text;
using Microsoft.Playwright;

namespace MindBridge.Browser.Tests;

/// <summary>Looks at a page as people see it: light and dark, narrow and wide. It may not scroll sideways, nor shut anybody out; and with MINDBRIDGE_SCREENSHOTS=1 its pictures go to docs/dashboard.</summary>
public sealed class Pictures
{
    private static readonly bool Kept = Environment.GetEnvironmentVariable("MINDBRIDGE_SCREENSHOTS") == "1";
    private readonly StringBuilder report = new();

    /// <summary>What was measured.</summary>
    public string Report => report.ToString();

    public async Task TakeAsync(Visitor visitor, string name)
    {
        var page = visitor.Page;
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        foreach (var width in (int[])[400, 1600])
        {
            await page.SetViewportSizeAsync(width, 900);
            foreach (var dark in (bool[])[false, true])
            {
                await page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
                await SettledAsync(page);
                var wide = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
                wide.ShouldBeLessThanOrEqualTo(width, $"{name} scrolls sideways at {width} px");
                // Both widths and both themes, without looking at every pair of them: axe takes its time.
                if (dark == width > 1000) (await Axe.ViolationsAsync(page)).ShouldBeEmpty($"{name} at {width} px, {(dark ? "dark" : "light")}");
                if (Kept) await KeepAsync(page, $"{name}-{width}-{(dark ? "dark" : "light")}");
            }
        }

        await page.SetViewportSizeAsync(1280, 900);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
        var paint = await page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0");
        report.AppendLine(CultureInfo.InvariantCulture, $"{name}: no serious violation, no sideways scroll{(paint > 0 ? $"; the document's first paint after {paint:0} ms" : "")}");
    }

    // Two frames after the change everything is laid out anew; charts follow the width and the theme a moment later.
    private static async Task SettledAsync(IPage page)
    {
        await page.EvaluateAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        if (await page.Locator(".chart").CountAsync() > 0) await page.WaitForTimeoutAsync(150);
    }

    private static async Task KeepAsync(IPage page, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "docs", "dashboard")).FullName;
        // Where a machine keeps its models is nobody's business.
        await page.EvaluateAsync("folder => { for (const code of document.querySelectorAll('code')) code.textContent = code.textContent.replace(folder, '/models'); }", Path.GetDirectoryName(DashboardWorld.Model("any")));
        await page.EvaluateAsync("scrollTo(0, 0)");
        var picture = await page.ScreenshotAsync(new PageScreenshotOptions { Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide });
        await File.WriteAllBytesAsync(Path.Combine(folder, name + ".png"), PalettePng.Reduce(picture));
    }
}
