using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_loops_of_our_own_stand_in_for_operators
{
    // Lengths that vectors divide and that they do not, and one long enough to be shared between threads.
    public static TheoryData<int> Lengths => [1, 7, 8, 64, 1001, 300_000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Tanh_gelu_has_the_value_and_the_derivative_of_its_formula(int length)
    {
        using var scope = NewDisposeScope();
        var values = linspace(-9, 9, length, dtype: ScalarType.Float32);
        if (length > 8) values[^1] = 200;
        if (length > 8) values[0] = -200;
        var (ours, formula) = (values.clone().requires_grad_(), values.clone().requires_grad_());
        var weights = randn([length]);

        var y = CpuKernels.GeluTanh(ours);
        var expected = formula * 0.5 * (1 + (Math.Sqrt(2 / Math.PI) * (formula + 0.044715 * formula.pow(3))).tanh());
        (y * weights).sum().backward();
        (expected * weights).sum().backward();

        SmallModels.Distance(y, expected).ShouldBeLessThan(2e-6);
        SmallModels.Distance(ours.grad!, formula.grad!).ShouldBeLessThan(5e-6 * weights.abs().max().ToDouble());
        using (no_grad()) SmallModels.Distance(CpuKernels.GeluTanh(values), expected).ShouldBeLessThan(2e-6);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Gated_silu_is_its_formula(int length)
    {
        using var scope = NewDisposeScope();
        var both = randn([3, 2 * length]) * 4;
        var parts = both.chunk(2, 1);
        SmallModels.Distance(CpuKernels.GatedSilu(both, length), nn.functional.silu(parts[0]) * parts[1]).ShouldBeLessThan(2e-5);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Rms_norm_is_its_formula(int length)
    {
        using var scope = NewDisposeScope();
        var (x, scale) = (randn([3, length]) * 0.01, randn([length]));
        var expected = x * (x.pow(2).mean([-1L], true) + 1e-5).rsqrt() * scale;
        SmallModels.Distance(CpuKernels.RmsNorm(x, scale, 1e-5), expected).ShouldBeLessThan(5e-5);
    }

    [Theory]
    [MemberData(nameof(SmallModels.Llms), MemberType = typeof(SmallModels))]
    public void A_token_decoded_with_gradients_recorded_is_the_token_decoded_without(string name)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Llm(name);
        var embeddings = model.Embed(SmallModels.Ids(2, 8)).detach();
        Tensor Last(bool recorded)
        {
            using var cache = model.NewCache(2, 8);
            using var mode = set_grad_enabled(recorded);
            model.Hidden(embeddings.narrow(1, 0, 7), cache: cache);
            return model.Hidden(embeddings.narrow(1, 7, 1), cache: cache);
        }
        SmallModels.Distance(Last(true), Last(false)).ShouldBeLessThan(1e-5);
    }
}
