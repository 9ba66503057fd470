using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Torch.Tests;

public class Errors_from_libtorch
{
    [Fact]
    public void A_shape_mismatch_is_an_exception_with_one_sentence_and_the_process_lives()
    {
        using var scope = NewDisposeScope();
        var a = torch.ones(2, 3);
        var error = Should.Throw<ExternalException>(() => a.matmul(torch.ones(2, 3)));
        error.Message.ShouldContain("shapes cannot be multiplied (2x3 and 2x3)");
        error.Message.ShouldNotContain("frame #");
        error.Message.ShouldNotContain("Exception raised from");
        a.sum().item<float>().ShouldBe(6);
    }

    [Fact]
    public void Every_kind_of_entry_reports_its_errors()
    {
        using var scope = NewDisposeScope();
        var x = torch.ones(2, 3);
        Should.Throw<ExternalException>(() => x.add_(torch.ones(4)));
        Should.Throw<ExternalException>(() => x.topk(9));
        Should.Throw<ExternalException>(() => x.split(new long[] { 1, 5 }, 0));
        Should.Throw<ExternalException>(() => x.view(5));
        Should.Throw<ExternalException>(() => x[5]);
        Should.Throw<ExternalException>(() => torch.cat([x, torch.ones(3, 4)], 0));
        Should.Throw<ExternalException>(() => x.backward());
        Should.Throw<ExternalException>(() => x.to(int64).requires_grad = true);
        Should.Throw<ExternalException>(() => torch.nn.functional.cross_entropy(x, torch.tensor(new long[] { 7, 0 })));
        Should.Throw<ExternalException>(() => torch.nn.functional.embedding(torch.tensor(new long[] { 9 }), x));
        Should.Throw<ExternalException>(() => torch.einsum("ij,jk", x, x));
        Should.Throw<ExternalException>(() => linalg.inv(torch.zeros(2, 2)));
        Should.Throw<ExternalException>(() => x.ToSingle());
        Should.Throw<ExternalException>(() => x.allclose(torch.ones(5)));
        Should.Throw<ExternalException>(() => torch.load("/nowhere/nothing.pt"));
        Should.Throw<ExternalException>(() => torch.empty(-3));
        Should.Throw<ExternalException>(() => torch.randn(1L << 60)).Message.ShouldNotBeNullOrWhiteSpace();
        Should.Throw<ExternalException>(() => x.add((Tensor)null!)).Message.ShouldContain("null");
    }

    [Fact]
    public void An_in_place_change_of_a_trained_leaf_is_refused()
    {
        using var scope = NewDisposeScope();
        var x = torch.ones(2, requires_grad: true);
        Should.Throw<ExternalException>(() => x.add_(1)).Message.ShouldContain("leaf");
        using (torch.no_grad()) x.add_(1);
        x[0].ToSingle().ShouldBe(2);
    }

    [Fact]
    public void A_disposed_tensor_says_so()
    {
        var x = torch.ones(2);
        x.Dispose();
        x.Dispose();
        x.IsInvalid.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => x.sum()).Message.ShouldContain("disposed");
    }

    [Fact]
    public void Asking_for_cuda_without_any_is_a_sentence()
    {
        if (cuda.is_available()) Assert.Skip("this machine has CUDA");
        cuda.device_count().ShouldBe(0);
        Should.Throw<InvalidOperationException>(() => torch.zeros(2, device: CUDA)).Message.ShouldContain("CUDA is not available");
        using var linear = nn.Linear(2, 2);
        Should.Throw<InvalidOperationException>(() => linear.to(CUDA));
    }

    [Fact]
    public void Errors_on_one_thread_do_not_reach_another()
    {
        Parallel.For(0, 8, i =>
        {
            for (var n = 0; n < 50; n++)
            {
                using var scope = NewDisposeScope();
                if (i % 2 == 0) Should.Throw<ExternalException>(() => torch.ones(2, i + 3).matmul(torch.ones(2, 2))).Message.ShouldContain($"2x{i + 3}");
                else torch.ones(2, 2).matmul(torch.ones(2, 2)).sum().ToSingle().ShouldBe(8);
            }
        });
    }
}
