using Microsoft.AspNetCore.Components;
using MindBridge.Evaluator.Dashboard.Calling;
using MindBridge.Evaluator.Dashboard.Hosting;
using MindBridge.Evaluator.Dashboard.SigningIn;

namespace MindBridge.Evaluator.Dashboard.Framing;

/// <summary>A page that shows what is, and goes on looking while it is open. A look that fails leaves the last one standing, with a sentence above it.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource gone = new();
    private bool looks, again;

    protected LivePage() => Gone = gone.Token;

    [Inject]
    private protected UserCalls Calls { get; set; } = null!;

    [Inject]
    private protected Session Session { get; set; } = null!;

    [Inject]
    private protected DashboardSettings Settings { get; set; } = null!;

    [Inject]
    private protected TimeProvider Time { get; set; } = null!;

    /// <summary>Why the last look, or the last thing that was asked for, failed; null when it did not.</summary>
    protected string? Trouble { get; set; }

    /// <summary>What was done, in a sentence; read out by screen readers.</summary>
    protected string? Done { get; set; }

    /// <summary>True once there is something to show.</summary>
    protected bool Loaded { get; private set; }

    /// <summary>True while an action runs; its buttons are disabled.</summary>
    protected bool Busy { get; private set; }

    /// <summary>Ends with the page.</summary>
    protected CancellationToken Gone { get; }

    /// <summary>Asks the services for what the page shows.</summary>
    protected abstract Task LookAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync() => LookNowAsync();

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) _ = InvokeAsync(GoOnAsync);
    }

    /// <summary>Looks at once.</summary>
    protected async Task LookNowAsync()
    {
        // A slow look is not overtaken by the next, which begins when it ends: what was changed meanwhile it may not have seen.
        again = looks;
        if (looks) return;
        looks = true;
        try
        {
            do
            {
                again = false;
                await Session.OpenAsync();
                if (!Session.IsOpen) return;
                await LookAsync(Gone);
                (Loaded, Trouble) = (true, Failing ? Trouble : null);
            }
            while (again && !gone.IsCancellationRequested);
        }
        catch (Exception e) when (Sentences.Explains(e))
        {
            if (!gone.IsCancellationRequested) Trouble = Sentences.Of(e);
        }
        finally
        {
            looks = false;
        }
    }

    /// <summary>Does what somebody asked for, says what came of it, and looks again.</summary>
    /// <param name="act">Returns the sentence to show.</param>
    protected async Task ActAsync(Func<CancellationToken, Task<string>> act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (Busy) return;
        (Busy, Failing, Done, Trouble) = (true, false, null, null);
        try
        {
            Done = await act(Gone);
        }
        catch (Exception e) when (Sentences.Explains(e) || e is ArgumentException)
        {
            // Stays until the next action: a look that succeeds says nothing about it.
            (Trouble, Failing) = (Sentences.Of(e), true);
        }
        finally
        {
            Busy = false;
        }

        await LookNowAsync();
    }

    private bool Failing { get; set; }

    private async Task GoOnAsync()
    {
        using var timer = new PeriodicTimer(Settings.Refresh, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(gone.Token))
            {
                if (looks) continue;
                await LookNowAsync();
                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the looking.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || gone.IsCancellationRequested) return;
        gone.Cancel();
        gone.Dispose();
    }
}
