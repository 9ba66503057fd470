using MindBridge.Memory.Bridging;
using MindBridge.Memory.Rivals;
using MindBridge.Memory.Running;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Memory.Serving;
using Spectre.Console;

namespace MindBridge.Cli.Demo;

/// <summary>The prompt at the end of the demo: any beginning of a sentence, answered by both models before and after the corrections.</summary>
internal sealed class DemoQuestions(EditingRun run)
{
    /// <summary>Asks until an empty line.</summary>
    public void Ask(CancellationToken cancellationToken)
    {
        var opened = run.Outcomes.Select(o => (Llm: Llm.From(o.Folder), Bridge: Bridge.From(o.BridgeFolder))).ToList();
        try
        {
            AnsiConsole.WriteLine();
            AnsiConsole.WriteLine("Try it: begin a sentence that the model is to end, like the prompts above. An empty line ends the demo.");
            while (!cancellationToken.IsCancellationRequested)
            {
                AnsiConsole.Write("> ");
                if (Console.ReadLine()?.Trim() is not { Length: > 0 } prompt) break;
                Answer(opened, prompt, cancellationToken);
            }
        }
        finally
        {
            foreach (var (llm, bridge) in opened)
            {
                bridge.Dispose();
                llm.Dispose();
            }
        }
    }

    private void Answer(IEnumerable<(Llm Llm, Bridge Bridge)> opened, string prompt, CancellationToken cancellationToken)
    {
        // Room for an answer of a few tokens, whatever it is.
        Probe[] asked = [new() { Kind = ProbeKind.Reliability, Prompt = prompt, Answer = "an answer of some words" }];
        foreach (var (llm, bridge) in opened)
        {
            try
            {
                using var unedited = new Unedited(llm);
                using var edited = run.Edited(llm, bridge);
                using var before = new Candidate(unedited, asked, cancellationToken);
                using var after = new Candidate(edited, asked, cancellationToken);
                var decision = after.Requests[0].Decision;
                AnsiConsole.MarkupLine($"  {llm.Name.EscapeMarkup(),-12} before: {before.Answers[0].EscapeMarkup()}   after: [green]{after.Answers[0].EscapeMarkup()}[/]");
                var fired = decision?.Fired is { } nearest ? $"correction {nearest.Edit.EditId}" : "no correction";
                AnsiConsole.MarkupLine($"  [dim]{"",-12} {fired.EscapeMarkup()} ({(decision?.Reason ?? "").EscapeMarkup()})[/]");
            }
            catch (ArgumentException e)
            {
                AnsiConsole.MarkupLine($"  [red]{e.Message.EscapeMarkup()}[/]");
                break;
            }
        }
    }
}
