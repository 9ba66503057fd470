using MindBridge.Memory.Serving;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Tests.Evaluation;

/// <summary>Teaches a tiny LLM a few sentences by heart, so that it has answers with a natural stop to compare.</summary>
internal static class TaughtLlm
{
    public static readonly string[] Sentences =
    [
        "Oslo is in Norway. It", "Lima is in Peru. It", "Rome is in Italy. It", "Bonn is in West Germany. It", "Anna works in St. Louis. She", "Carl works in St. Paul. He",
    ];

    public static Llm Create(TinyMemory tiny, string family = "gpt2")
    {
        var llm = tiny.NewLlm(family);
        random.manual_seed(1);
        using var optimizer = optim.AdamW(llm.Model.parameters(), 4e-3, weight_decay: 0);
        var rows = Sentences.Select(s => llm.Encode(s).Select(id => (long)id).ToArray()).ToArray();
        var length = rows.Max(r => r.Length);
        var flat = rows.SelectMany(r => r.Concat(Enumerable.Repeat(256L, length - r.Length))).ToArray();
        for (var step = 0; step < 160; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var ids = tensor(flat, [rows.Length, length]);
            var hidden = llm.Model.Hidden(llm.Model.Embed(ids.narrow(1, 0, length - 1)));
            var logits = llm.Model.Logits(hidden).reshape(-1, llm.Model.VocabularySize);
            var loss = nn.functional.cross_entropy(logits, ids.narrow(1, 1, length - 1).reshape(-1));
            loss.backward();
            optimizer.step();
        }
        foreach (var parameter in llm.Model.parameters()) parameter.requires_grad_(false);
        llm.Model.ParametersChanged();
        return llm;
    }
}
