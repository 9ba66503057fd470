using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Torch.Tests;

public class Functions_with_a_derivative_of_their_own
{
    // a² b, factor times: deliberately with a derivative of its own making, so that it can be told from autograd's.
    private sealed class Product : autograd.MultiTensorFunction<Product>
    {
        public override string Name => nameof(Product);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (a, b, factor) = ((Tensor)vars[0], (Tensor)vars[1], (double)vars[2]);
            ctx.save_for_backward([a, b]);
            ctx.save_data("factor", factor);
            return [a * a * b * factor, a + b];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
        {
            var saved = ctx.get_saved_variables();
            var factor = (double)ctx.get_data("factor")!;
            if (factor < 0) throw new ArgumentException("no derivative below zero");
            var (a, b) = (saved[0], saved[1]);
            return [a * b * grad_outputs[0] * (2 * factor) + grad_outputs[1], a * a * grad_outputs[0] * factor + grad_outputs[1], null!];
        }
    }

    [Fact]
    public void Their_gradients_reach_every_argument_through_the_graph()
    {
        using var scope = NewDisposeScope();
        Tensor[] ours = [randn(3, 4).requires_grad_(), randn(3, 4).requires_grad_()];
        Tensor[] plain = [.. ours.Select(static x => x.detach().clone().requires_grad_())];

        var made = Product.apply(ours[0] * 2, ours[1], 3.0);
        (made[0].tanh().sum() + made[1].pow(2).sum()).backward();
        var a = plain[0] * 2;
        ((a * a * plain[1] * 3).tanh().sum() + (a + plain[1]).pow(2).sum()).backward();

        for (var i = 0; i < 2; i++) ours[i].grad!.allclose(plain[i].grad!, 1e-5, 1e-6).ShouldBeTrue();
    }

    [Fact]
    public void A_result_that_nothing_uses_has_a_gradient_of_zeros()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (randn(5).requires_grad_(), randn(5));
        Product.apply(a, b, 1.0)[0].sum().backward();
        a.grad!.allclose(a * b * 2).ShouldBeTrue();
    }

    [Fact]
    public void Nothing_is_recorded_where_nothing_wants_a_gradient()
    {
        using var scope = NewDisposeScope();
        Product.apply(randn(2), randn(2), 1.0)[0].requires_grad.ShouldBeFalse();
        using var off = no_grad();
        Product.apply(randn(2).requires_grad_(), randn(2), 1.0)[0].requires_grad.ShouldBeFalse();
    }

    [Fact]
    public void What_goes_wrong_in_a_derivative_is_told_where_backward_was_called()
    {
        using var scope = NewDisposeScope();
        var loss = Product.apply(randn(2).requires_grad_(), randn(2), -1.0)[0].sum();
        Should.Throw<ExternalException>(loss.backward).Message.ShouldContain("no derivative below zero");
    }

    [Fact]
    public void A_saved_tensor_that_was_changed_since_is_refused()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (randn(2).requires_grad_(), randn(2));
        var loss = Product.apply(a, b, 1.0)[0].sum();
        b.add_(1);
        Should.Throw<ExternalException>(loss.backward).Message.ShouldContain("modified by an inplace operation");
    }

    [Fact]
    public void A_thousand_of_them_leave_nothing_behind()
    {
        using var scope = NewDisposeScope();
        var weight = randn(4).requires_grad_();
        void Step()
        {
            using var inner = NewDisposeScope();
            Product.apply(weight, randn(4), 1.0)[0].sum().backward();
            weight.grad = null;
        }
        Step();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 1000; i++) Step();
        // What earlier tests left may be collected meanwhile.
        Tensor.TotalCount.ShouldBeLessThanOrEqualTo(before);
    }
}
