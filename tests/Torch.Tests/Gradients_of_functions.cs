using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MindBridge.Torch.Tests;

public class Gradients_of_functions
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> Functions = new()
    {
        ["tanh"] = static x => x.tanh(),
        ["softmax"] = static x => x.softmax(-1) * torch.arange(x.shape[^1]).to(float64),
        ["layer norm"] = static x => F.layer_norm(x, [x.shape[^1]]) * torch.arange(x.shape[^1]).to(float64),
        ["gelu"] = F.gelu,
        ["silu"] = static x => F.silu(x),
        ["attention"] = static x => F.scaled_dot_product_attention(x, x, x),
        ["cross entropy"] = static x => F.cross_entropy(x, torch.zeros(x.shape[0], dtype: int64)),
        ["kl"] = static x => F.kl_div(F.log_softmax(x, -1), F.log_softmax(x * 0.5, -1)),
        ["gather"] = static x => x.gather(1, torch.zeros(x.shape[0], 1, dtype: int64)).pow(2),
        ["normalize"] = static x => F.normalize(x).pow(3),
        ["index"] = static x => x[0] * x[TensorIndex.Colon, 1..],
        ["cat"] = static x => torch.cat([x, x * 2], 1).pow(2),
    };

    [Fact]
    public void Backward_agrees_with_finite_differences()
    {
        foreach (var (name, function) in Functions)
        {
            // The index function broadcasts row 0 against all rows but one column, so it needs equal widths.
            var wrapped = name == "index" ? static x => x[0].narrow(0, 1, x.shape[1] - 1) * x[TensorIndex.Colon, 1..] : function;
            Check.One(Config.QuickThrowOnFailure.WithMaxTest(5), Prop.ForAll(
                Gen.Choose(-200, 200).ArrayOf(6).ToArbitrary(),
                values => Agrees(name, wrapped, Array.ConvertAll(values, static v => v / 100.0))));
        }
    }

    private static bool Agrees(string name, Func<Tensor, Tensor> function, double[] values)
    {
        using var scope = NewDisposeScope();
        var x = torch.tensor(values, [2, 3], requires_grad: true);
        function(x).sum().backward();
        var gradient = x.grad!.data<double>().ToArray();
        const double Step = 1e-6;
        for (var i = 0; i < values.Length; i++)
        {
            double At(double shift)
            {
                var moved = (double[])values.Clone();
                moved[i] += shift;
                using var off = torch.no_grad();
                return function(torch.tensor(moved, [2, 3])).sum().ToDouble();
            }
            var expected = (At(Step) - At(-Step)) / (2 * Step);
            gradient[i].ShouldBe(expected, 1e-4 * Math.Max(1, Math.Abs(expected)), name);
        }
        return true;
    }

    [Fact]
    public void Gradients_accumulate_until_they_are_cleared()
    {
        using var scope = NewDisposeScope();
        var x = torch.tensor(new[] { 1f, 2f }, requires_grad: true);
        x.grad.ShouldBeNull();
        for (var i = 1; i <= 3; i++)
        {
            (x * x).sum().backward();
            x.grad!.data<float>().ToArray().ShouldBe([2 * i, 4 * i]);
        }
        x.grad = null;
        x.grad.ShouldBeNull();
        x.grad = torch.ones(2);
        x.grad!.sum().ToSingle().ShouldBe(2);
    }

    [Fact]
    public void Grad_gives_gradients_without_storing_them()
    {
        using var scope = NewDisposeScope();
        var x = torch.tensor(3.0, requires_grad: true);
        var unused = torch.tensor(1.0, requires_grad: true);
        var y = x.pow(3);
        var first = autograd.grad([y], [x], create_graph: true)[0];
        first.ToDouble().ShouldBe(27);
        autograd.grad([first], [x])[0].ToDouble().ShouldBe(18);
        x.grad.ShouldBeNull();
        autograd.grad([x * 2], [x, unused], allow_unused: true)[1].ShouldBeNull();
        Should.Throw<System.Runtime.InteropServices.ExternalException>(() => autograd.grad([x * 2], [unused]));
        Should.Throw<System.Runtime.InteropServices.ExternalException>(() => { var z = x * x; z.backward(); z.backward(); });
    }

    [Fact]
    public void Recording_is_switched_per_scope_and_thread()
    {
        using var scope = NewDisposeScope();
        var x = torch.ones(2, requires_grad: true);
        is_grad_enabled().ShouldBeTrue();
        using (no_grad())
        {
            is_grad_enabled().ShouldBeFalse();
            (x * 2).requires_grad.ShouldBeFalse();
            using (enable_grad()) (x * 2).requires_grad.ShouldBeTrue();
            var elsewhere = false;
            var thread = new Thread(() => elsewhere = is_grad_enabled());
            thread.Start();
            thread.Join();
            elsewhere.ShouldBeTrue();
        }
        using (inference_mode()) (x * 2).requires_grad.ShouldBeFalse();
        using (set_grad_enabled(false)) is_grad_enabled().ShouldBeFalse();
        is_grad_enabled().ShouldBeTrue();
        (x * 2).detach().requires_grad.ShouldBeFalse();
        (x * 2).is_leaf.ShouldBeFalse();
    }

    [Fact]
    public void Clipping_scales_all_gradients_by_one_factor()
    {
        using var scope = NewDisposeScope();
        var a = nn.Parameter(torch.zeros(2));
        var b = nn.Parameter(torch.zeros(1));
        var idle = nn.Parameter(torch.zeros(1));
        a.grad = torch.tensor(new[] { 3f, 0f });
        b.grad = torch.tensor(new[] { 4f });
        nn.utils.clip_grad_norm_([a, b, idle], 10).ShouldBe(5, 1e-6);
        b.grad.ToSingle().ShouldBe(4);
        nn.utils.clip_grad_norm_([a, b, idle], 1).ShouldBe(5, 1e-6);
        a.grad!.data<float>().ToArray()[0].ShouldBe(0.6f, 1e-5f);
        b.grad!.ToSingle().ShouldBe(0.8f, 1e-5f);
        nn.utils.clip_grad_norm_([a, b], 100, 1.0).ShouldBe(1.4, 1e-5);
        nn.utils.clip_grad_norm_([a, b], 100, double.PositiveInfinity).ShouldBe(0.8, 1e-5);
        nn.utils.clip_grad_value_([a, b], 0.5);
        b.grad!.ToSingle().ShouldBe(0.5f, 1e-6f);
    }
}
