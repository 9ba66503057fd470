using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>Cross-entropy over a vocabulary, the loss of every token that is predicted.</summary>
public static class TokenLoss
{
    /// <summary>The mean of -log softmax(logits)[label] over all rows, a scalar with its graph.</summary>
    /// <param name="logits">[n, vocabulary] float32.</param>
    /// <param name="labels">A token id for each row.</param>
    /// <exception cref="ArgumentException">There are not as many labels as rows, or a label is outside the vocabulary.</exception>
    public static Tensor CrossEntropy(Tensor logits, long[] labels)
    {
        if (logits.shape is not [var rows, var vocabulary] || rows != labels.Length || rows == 0)
            throw new ArgumentException($"there are {labels.Length} labels for logits of shape [{string.Join(", ", logits.shape)}]; give one for each row");
        foreach (var label in labels)
            if (label < 0 || label >= vocabulary) throw new ArgumentException($"label {label} is outside the vocabulary of {vocabulary}; give a token id from 0 on");
        return CpuKernels.CanRead(logits) ? Function.apply(logits, labels)[0] : nn.functional.cross_entropy(logits, tensor(labels, device: logits.device));
    }

    // On the CPU value and gradient come out of one visit to each row, on all cores; libtorch's operators pass over all rows half a dozen times, on one.
    private sealed unsafe class Function : autograd.MultiTensorFunction<Function>
    {
        public override string Name => nameof(TokenLoss);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (logits, labels) = ((Tensor)vars[0], (long[])vars[1]);
            var (rows, vocabulary) = (labels.Length, (int)logits.shape[1]);
            var gradient = logits.requires_grad ? empty_like(logits) : null;
            var (from, to) = (RowProducts.Address(logits), gradient is null ? 0 : RowProducts.Address(gradient));
            var losses = new double[rows];
            CpuKernels.Share(rows, logits.numel() * 4, row =>
            {
                var x = (float*)from + ((long)row * vocabulary);
                losses[row] = Row(x, to == 0 ? null : (float*)to + ((long)row * vocabulary), vocabulary, (int)labels[row], 1f / rows);
            });
            if (gradient is not null) ctx.save_for_backward([gradient]);
            // In the order of the rows, whoever computed them.
            return [tensor((float)(losses.Sum() / rows))];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
        {
            var gradient = ctx.get_saved_variables()[0];
            var factor = grad_outputs[0].item<float>();
            return [factor == 1 ? gradient : gradient.mul(factor), null!];
        }

        // -log softmax(x)[label]; and where it is wanted (softmax(x) - one at the label) · weight.
        private static double Row(float* x, float* gradient, int count, int label, float weight)
        {
            var whole = count - (count % Vector<float>.Count);
            var tops = new Vector<float>(float.NegativeInfinity);
            for (var i = 0; i < whole; i += Vector<float>.Count) tops = Vector.Max(tops, Vector.Load(x + i));
            var top = float.NegativeInfinity;
            for (var k = 0; k < Vector<float>.Count; k++) top = MathF.Max(top, tops[k]);
            for (var i = whole; i < count; i++) top = MathF.Max(top, x[i]);

            var (shift, sums) = (new Vector<float>(top), Vector<float>.Zero);
            for (var i = 0; i < whole; i += Vector<float>.Count)
            {
                var power = Vector.Exp(Vector.Load(x + i) - shift);
                if (gradient is not null) Vector.Store(power, gradient + i);
                sums += power;
            }
            double sum = Vector.Sum(sums);
            for (var i = whole; i < count; i++)
            {
                var power = MathF.Exp(x[i] - top);
                if (gradient is not null) gradient[i] = power;
                sum += power;
            }

            if (gradient is not null)
            {
                var share = (float)(weight / sum);
                for (var i = 0; i < whole; i += Vector<float>.Count) Vector.Store(Vector.Load(gradient + i) * share, gradient + i);
                for (var i = whole; i < count; i++) gradient[i] *= share;
                gradient[label] -= weight;
            }
            return top + Math.Log(sum) - x[label];
        }
    }
}
