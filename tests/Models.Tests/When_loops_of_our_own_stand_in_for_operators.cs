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

        var y = Gelu.Of(ours, approximate: true);
        var expected = formula * 0.5 * (1 + (Math.Sqrt(2 / Math.PI) * (formula + 0.044715 * formula.pow(3))).tanh());
        (y * weights).sum().backward();
        (expected * weights).sum().backward();

        SmallModels.Distance(y, expected).ShouldBeLessThan(2e-6);
        SmallModels.Distance(ours.grad!, formula.grad!).ShouldBeLessThan(5e-6 * weights.abs().max().ToDouble());
        using (no_grad()) SmallModels.Distance(Gelu.Of(values, approximate: true), expected).ShouldBeLessThan(2e-6);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Gelu_has_the_value_and_the_derivative_of_its_formula(int length)
    {
        using var scope = NewDisposeScope();
        var values = linspace(-9, 9, length, dtype: ScalarType.Float32);
        if (length > 8) values[^1] = 200;
        if (length > 8) values[0] = -200;
        var (ours, formula) = (values.clone().requires_grad_(), values.to_type(ScalarType.Float64).requires_grad_());
        var weights = randn([length]);

        var y = Gelu.Of(ours, approximate: false);
        var expected = formula * 0.5 * (1 + (formula / Math.Sqrt(2)).erf());
        (y * weights).sum().backward();
        (expected * weights).sum().backward();

        SmallModels.Distance(y, expected).ShouldBeLessThan(1e-6);
        SmallModels.Distance(ours.grad!, formula.grad!).ShouldBeLessThan(1e-6 * Math.Max(1, weights.abs().max().ToDouble()));
        using (no_grad()) SmallModels.Distance(Gelu.Of(values, approximate: false), expected).ShouldBeLessThan(1e-6);
    }

    public static TheoryData<int, float, ScalarType> Norms => new()
    {
        { 1, 0, ScalarType.Float32 }, { 5, 0.25f, ScalarType.Float32 }, { 700, 0.1f, ScalarType.Float32 }, { 70, 0, ScalarType.BFloat16 }, { 70, 0.25f, ScalarType.BFloat16 },
    };

    [Theory]
    [MemberData(nameof(Norms))]
    public void The_norm_of_a_residual_sum_is_that_of_the_operators_and_so_are_its_derivatives(int rows, float rate, ScalarType type)
    {
        const int Width = 256;
        using var scope = NewDisposeScope();
        DropoutMask? mask = rate > 0 ? new DropoutMask(rate, seed: 3, place: 1) : null;
        Tensor[] inputs = [randn([rows, Width]), randn([rows, Width]).to_type(type), randn([Width]), randn([Width])];
        Tensor[] ours = [.. inputs.Select(i => i.clone().requires_grad_())], theirs = [.. inputs.Select(i => i.to_type(ScalarType.Float32, copy: true).requires_grad_())];
        var weights = randn([rows, Width]);

        ResidualNorm.Fits(ours[0], ours[1]).ShouldBeTrue();
        var y = ResidualNorm.Of(ours[0], ours[1], ours[2], ours[3], 1e-12, mask);
        var branch = mask is { } drawn ? theirs[1] * drawn.Of([rows, Width]) : theirs[1];
        var expected = nn.functional.layer_norm(theirs[0] + branch, [Width], theirs[2], theirs[3], 1e-12);
        (y * weights).sum().backward();
        (expected * weights).sum().backward();

        SmallModels.Distance(y, expected).ShouldBeLessThan(1e-5);
        for (var i = 0; i < 4; i++)
        {
            ours[i].grad!.dtype.ShouldBe(inputs[i].dtype);
            SmallModels.Distance(ours[i].grad!.to_type(ScalarType.Float32), theirs[i].grad!).ShouldBeLessThan((i == 1 && type == ScalarType.BFloat16 ? 5e-3 : 2e-6) * Math.Max(1, theirs[i].grad!.abs().max().ToDouble()));
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(0.9)]
    public void A_dropout_mask_drops_its_share_keeps_the_mean_and_is_the_same_wherever_it_is_drawn_from(double rate)
    {
        using var scope = NewDisposeScope();
        const int Count = 40_003;
        var mask = new DropoutMask((float)rate, seed: 5, place: 2);
        var values = mask.Of([Count]).data<float>().ToArray();

        values.Distinct().Count().ShouldBeLessThanOrEqualTo(2);
        (values.Count(v => v == 0) / (double)Count).ShouldBe(rate, 0.01);
        values.Average(v => (double)v).ShouldBe(1, 0.1);
        foreach (var (first, count) in new[] { (0, 5), (4, 3), (64, 40), (20_000, 20_003) })
        {
            var part = new float[count];
            unsafe
            {
                fixed (float* to = part) mask.Draw(to, first, count);
            }
            part.ShouldBe(values[first..(first + count)]);
        }
        new DropoutMask((float)rate, seed: 5, place: 3).Of([Count]).data<float>().ToArray().SequenceEqual(values).ShouldBe(rate == 0);
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
