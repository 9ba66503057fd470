using System.Globalization;
using Grpc.Core;
using Spectre.Console;

namespace MindBridge.Cli.Demo;

/// <summary>The prompt at the end of the demo: any beginning of a sentence, answered by both models before and after the corrections.</summary>
internal sealed class DemoQuestions(DemoPlatform platform, IReadOnlyList<string> llms)
{
    /// <summary>Asks until an empty line.</summary>
    public async Task AskAsync(CancellationToken cancellationToken)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine("Try it: begin a sentence that the model is to end, like the prompts above. An empty line ends the demo.");
        while (!cancellationToken.IsCancellationRequested)
        {
            AnsiConsole.Write("> ");
            if (Console.ReadLine()?.Trim() is not { Length: > 0 } prompt) break;
            await AnswerAsync(prompt, cancellationToken);
        }
    }

    private async Task AnswerAsync(string prompt, CancellationToken cancellationToken)
    {
        foreach (var llm in llms)
        {
            try
            {
                var answer = await platform.ExplainAsync(llm, prompt, cancellationToken);
                AnsiConsole.MarkupLine($"  {Path.GetFileName(llm).EscapeMarkup(),-12} before: {answer.BaseAnswer.EscapeMarkup()}   after: [green]{answer.EditedAnswer.EscapeMarkup()}[/]");
                var said = string.Create(CultureInfo.InvariantCulture, $"{(answer.Edited ? "the memory speaks" : "the memory is silent")} ({answer.Reason})");
                AnsiConsole.MarkupLine($"  [dim]{"",-12} {said.EscapeMarkup()}[/]");
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.InvalidArgument or StatusCode.FailedPrecondition)
            {
                AnsiConsole.MarkupLine($"  [red]{e.Status.Detail.EscapeMarkup()}[/]");
                break;
            }
        }
    }
}
