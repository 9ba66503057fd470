using System.Globalization;
using System.Text;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Dashboard.Calling;

namespace MindBridge.Evaluator.Dashboard.Asking;

/// <summary>One of the answers that stand side by side.</summary>
internal sealed class AnswerColumn(string title, Target? target)
{
    private readonly StringBuilder text = new();
    private GeneratedPiece? first, last;
    private TimeSpan took;

    public string Title => title;

    /// <summary>What is asked; null where there is nothing to ask.</summary>
    public Target? Target => target;

    public string Text => text.ToString();

    public bool Ended { get; private set; }

    /// <summary>Why there is no answer.</summary>
    public string? Trouble { get; set; }

    /// <summary>Whether the memory spoke; nothing is said of the unedited LLM.</summary>
    public (string Kind, string Word)? Chip => target is not { Memory.Length: > 0 } || first is null ? null : first.Edited ? ("good", "memory speaks") : ("", "LLM alone");

    /// <summary>What the answer cost.</summary>
    public string Below => last is { } end && Ended
        ? string.Create(CultureInfo.InvariantCulture, $"{end.CompletionTokens} tokens in {took.TotalSeconds:0.00} s{(end.FinishReason.Length > 0 ? $", ended by {end.FinishReason}" : "")}") : "";

    /// <summary>The unedited LLM, the champion and the challenger, as far as there are any.</summary>
    public static IEnumerable<AnswerColumn> Of(Pairing? pair, string llm)
    {
        yield return new AnswerColumn("Unedited", new Target { Llm = llm });
        if (pair is null) yield break;
        yield return pair.Champion.Length > 0
            ? new AnswerColumn("Champion", new Target { Llm = llm, Memory = pair.Memory.Id, BridgeId = pair.Champion })
            : new AnswerColumn("Champion", null) { Trouble = $"Nothing serves here yet: {pair.State.Word}. {pair.State.Why}" };
        if (pair.Challenger.Length > 0) yield return new AnswerColumn("Challenger", new Target { Llm = llm, Memory = pair.Memory.Id, BridgeId = pair.Challenger });
    }

    public void Add(GeneratedPiece piece)
    {
        ArgumentNullException.ThrowIfNull(piece);
        first ??= piece;
        last = piece;
        text.Append(piece.Text);
    }

    public void End(TimeSpan passed) => (Ended, took) = (true, passed);
}
