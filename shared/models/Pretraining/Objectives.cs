using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Pretraining;

/// <summary>One kind of language modelling on one stream of rows.</summary>
internal interface IObjective
{
    /// <summary>The next batch's loss with its graph, its value, and the mean loss on answers (NaN if the batch has none).</summary>
    (Tensor Loss, double Value, double Answers) Next();

    /// <summary>Draws a batch and throws it away.</summary>
    void Skip();
}

/// <summary>Next-token prediction; the head is computed only where a token carries weight.</summary>
internal sealed class CausalObjective(Transformer model, CausalRows stream, int rows, int width) : IObjective
{
    public void Skip() => stream.Next(rows);

    public (Tensor Loss, double Value, double Answers) Next()
    {
        var (ids, weights) = stream.Next(rows);
        var (at, targets, scale) = (new List<long>(), new List<long>(), new List<float>());
        for (var row = 0; row < rows; row++)
            for (var k = 1; k < width; k++)
            {
                var i = (row * width) + k;
                if (weights[i] <= 0) continue;
                at.Add(i - 1);
                targets.Add(ids[i]);
                scale.Add(weights[i]);
            }
        var input = tensor(ids, [rows, width]);
        var hidden = model.Hidden(model.Embed(input), at: tensor(at.ToArray()));
        var each = nn.functional.cross_entropy(model.Logits(hidden), tensor(targets.ToArray()), reduction: nn.Reduction.None);
        var total = scale.Sum();
        var loss = each.mul(tensor(scale.ToArray())).sum().div(total);

        var losses = each.detach().data<float>().ToArray();
        var (answers, count, value) = (0.0, 0, 0.0);
        for (var i = 0; i < losses.Length; i++)
        {
            value += losses[i] * scale[i];
            if (scale[i] <= 2) continue;
            answers += losses[i];
            count++;
        }
        return (loss, value / total, count > 0 ? answers / count : double.NaN);
    }
}

/// <summary>Masked language modelling; the head is computed at masked positions only.</summary>
internal sealed class MaskedObjective(Transformer model, MaskedRows stream) : IObjective
{
    public void Skip() => stream.Next();

    public (Tensor Loss, double Value, double Answers) Next()
    {
        var batch = stream.Next();
        var input = tensor(batch.Ids, [batch.Rows, batch.Width]);
        var mask = tensor(batch.Mask, [batch.Rows, batch.Width]);
        var hidden = model.Hidden(model.Embed(input), mask, at: tensor(batch.Positions));
        var loss = nn.functional.cross_entropy(model.Logits(hidden), tensor(batch.Targets));
        return (loss, loss.item<float>(), double.NaN);
    }
}
