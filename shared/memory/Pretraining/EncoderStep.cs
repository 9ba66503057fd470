using MindBridge.Memory.Batching;

namespace MindBridge.Memory.Pretraining;

/// <summary>What one step of stage I feeds to the encoder and to the frozen copy; plain arrays, built ahead of the models.</summary>
/// <param name="Rows">The encoder's rows: facts with masked pieces, then prompts in scope, out of scope, and the second view; null in the heads phase.</param>
/// <param name="Masked">The pieces that stood at the masked places, in the order <paramref name="Rows"/> gives their hidden states.</param>
/// <param name="InScope">Rows that are an edit's prompt.</param>
/// <param name="OutOfScope">Rows that are not.</param>
/// <param name="SecondView">Rows that are another wording of the in-scope rows.</param>
/// <param name="Cached">In the heads phase: rows of the feature cache instead of encoder rows (in scope, then out of scope).</param>
/// <param name="Dummy">The frozen copy's rows: [memory] [CLS] prompt [MASK].. . [SEP].</param>
/// <param name="Objects">The pieces that stood at its masks.</param>
internal sealed record EncoderStep(
    RowBatch? Rows, long[] Masked, int InScope, int OutOfScope, int SecondView, long[]? Cached, RowBatch? Dummy, long[] Objects);
