using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_tokens_are_predicted
{
    [Theory]
    [InlineData(1, 7)]
    [InlineData(3, 8)]
    [InlineData(40, 3001)]
    public void Their_loss_and_its_derivative_are_those_of_the_operators(int rows, int vocabulary)
    {
        using var scope = NewDisposeScope();
        var logits = randn([rows, vocabulary]) * 5;
        long[] labels = [.. Enumerable.Range(0, rows).Select(r => (long)(r * 17 % vocabulary))];
        var (ours, theirs) = (logits.clone().requires_grad_(), logits.clone().requires_grad_());

        var loss = TokenLoss.CrossEntropy(ours, labels);
        var expected = nn.functional.cross_entropy(theirs, tensor(labels));
        (loss * 3).backward();
        (expected * 3).backward();

        loss.item<float>().ShouldBe(expected.item<float>(), 1e-5 * Math.Max(1, expected.item<float>()));
        SmallModels.Distance(ours.grad!, theirs.grad!).ShouldBeLessThan(1e-6);
        using (no_grad()) TokenLoss.CrossEntropy(logits, labels).item<float>().ShouldBe(loss.item<float>());
    }

    [Fact]
    public void Huge_logits_stay_finite()
    {
        using var scope = NewDisposeScope();
        var logits = (randn([4, 100]) * 1e4).requires_grad_();
        var loss = TokenLoss.CrossEntropy(logits, [1, 2, 3, 4]);
        loss.backward();
        float.IsFinite(loss.item<float>()).ShouldBeTrue();
        logits.grad!.isfinite().all().ToBoolean().ShouldBeTrue();
    }

    [Fact]
    public void Labels_that_do_not_fit_are_refused()
    {
        using var scope = NewDisposeScope();
        var logits = randn([2, 10]);
        Should.Throw<ArgumentException>(() => TokenLoss.CrossEntropy(logits, [1])).Message.ShouldContain("1 labels for logits of shape [2, 10]");
        Should.Throw<ArgumentException>(() => TokenLoss.CrossEntropy(logits, [1, 10])).Message.ShouldContain("label 10 is outside the vocabulary of 10");
    }
}
