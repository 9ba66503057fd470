using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Torch.Tests;

public class Tensors_in_place
{
    [Fact]
    public void Indexing_reads_views_as_python_does()
    {
        using var scope = NewDisposeScope();
        var x = torch.arange(24).reshape(2, 3, 4);
        x[1, 2, 3].item<long>().ShouldBe(23);
        x[1].shape.ShouldBe([3, 4]);
        x[.., 1].shape.ShouldBe([2, 4]);
        x[0, ^1, 1..3].data<long>().ToArray().ShouldBe([9, 10]);
        x[TensorIndex.Ellipsis, TensorIndex.Slice(0, null, 2)].shape.ShouldBe([2, 3, 2]);
        x[TensorIndex.None, TensorIndex.Colon, 1].shape.ShouldBe([1, 2, 4]);
        x[TensorIndex.Colon, TensorIndex.Tensor(torch.tensor(new long[] { 2, 0 })), 0].data<long>().ToArray().ShouldBe([8, 0, 20, 12]);
        x[x.gt(20)].data<long>().ToArray().ShouldBe([21, 22, 23]);
    }

    [Fact]
    public void Indexing_writes_through_views()
    {
        using var scope = NewDisposeScope();
        var x = torch.zeros(2, 3);
        x[0] = torch.ones(3);
        x[1, 2] = 7;
        x[TensorIndex.Colon, 1] = torch.tensor(new[] { 4f, 5f });
        x.data<float>().ToArray().ShouldBe([1, 4, 1, 0, 5, 7]);
        x.index_put_(torch.ones(2), [torch.tensor(new long[] { 0, 0 }), torch.tensor(new long[] { 0, 0 })], accumulate: true);
        x[0, 0].item<float>().ShouldBe(3);
        x.index_put_(-1, TensorIndex.Single(1));
        x[1].data<float>().ToArray().ShouldBe([-1, -1, -1]);
    }

    [Fact]
    public void In_place_operators_change_and_return_the_same_tensor()
    {
        using var scope = NewDisposeScope();
        var x = torch.tensor(new[] { 1f, 4f, 9f });
        x.sqrt_().ShouldBeSameAs(x);
        x.add_(1).mul_(torch.tensor(new[] { 1f, 2f, 3f })).sub_(0.5).div_(2).clamp_(max: 4.0).data<float>().ToArray().ShouldBe([0.75f, 2.75f, 4f]);
        x.masked_fill_(x.gt(3), 0).index_copy_(0, torch.tensor(new[] { 0L }), torch.tensor(new[] { 8f })).index_add_(0, torch.tensor(new[] { 0L }), torch.ones(1), 2);
        x.data<float>().ToArray().ShouldBe([10, 2.75f, 0]);
        x.zero_().data<float>().ToArray().ShouldBe([0, 0, 0]);
        x.fill_(3).copy_(torch.ones(3)).data<float>().ToArray().ShouldBe([1, 1, 1]);
    }

    [Fact]
    public void Splits_are_views_of_the_whole()
    {
        using var scope = NewDisposeScope();
        var x = torch.arange(10);
        x.split(4).Select(static p => p.numel()).ShouldBe([4, 4, 2]);
        x.split(new long[] { 3, 7 }, 0)[1][0].item<long>().ShouldBe(3);
        x.chunk(2)[1].fill_(0);
        x.sum().item<long>().ShouldBe(10);
        torch.stack(x.reshape(2, 5).unbind(1), 1).shape.ShouldBe([2, 5]);
    }

    [Fact]
    public void Values_come_out_in_the_order_of_the_indices_whatever_the_strides()
    {
        using var scope = NewDisposeScope();
        var x = torch.tensor(new[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        x.t().is_contiguous().ShouldBeFalse();
        x.t().data<int>().ToArray().ShouldBe([1, 4, 2, 5, 3, 6]);
        x.t().data<int>()[2, 1].ShouldBe(6);
        ((int[,])x.data<int>().ToNDArray())[1, 0].ShouldBe(4);
        x.data<int>()[1] = 9;
        x[0, 1].item<int>().ShouldBe(9);
    }

    [Fact]
    public void Bytes_are_the_tensors_own_memory()
    {
        using var scope = NewDisposeScope();
        var x = torch.zeros(3);
        MemoryMarshal.Cast<byte, float>(x.bytes)[1] = 5;
        x[1].item<float>().ShouldBe(5);
        var raw = new byte[6];
        BitConverter.TryWriteBytes(raw, BitConverter.SingleToUInt32Bits(1.5f) >> 16);
        var half = torch.zeros(3, dtype: bfloat16);
        half.bytes = raw;
        half.to(float32).data<float>().ToArray().ShouldBe([1.5f, 0, 0]);
        Should.Throw<ArgumentException>(() => half.bytes = new byte[4]);
        Should.Throw<InvalidOperationException>(() => torch.zeros(2, 2)[.., 0].bytes.Length);
    }

    [Fact]
    public void Element_types_convert_and_scalars_read_back()
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { float32, float64, bfloat16, float16, int8, uint8, int16, int32, int64, torch.@bool })
        {
            var x = torch.tensor(new[] { 0f, 1f }).to(type);
            x.dtype.ShouldBe(type);
            x[1].ToSingle().ShouldBe(1f);
            x[1].ToInt64().ShouldBe(1);
            x.element_size().ShouldBe(type.ElementSize());
        }
        torch.tensor((Half)0.5).item<Half>().ShouldBe((Half)0.5);
        torch.tensor(3, float64).item<double>().ShouldBe(3);
        ((float)torch.tensor(2.5)).ShouldBe(2.5f);
        torch.tensor(true).item<bool>().ShouldBeTrue();
        Should.Throw<ArgumentException>(() => torch.tensor(1f).item<long>()).Message.ShouldContain("Single");
        Should.Throw<ArgumentException>(() => torch.zeros(2, dtype: bfloat16).data<float>());
        Should.Throw<ArgumentException>(() => torch.zeros(2).item<float>());
    }

    [Fact]
    public void Products_of_short_floats_are_float_products_rounded_once()
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { bfloat16, float16 })
        {
            torch.random.manual_seed(3);
            var x = torch.randn(33, 70).to(type);
            var w = torch.randn(20, 70).to(type);
            var bias = torch.randn(20).to(type);
            var exact = nn.functional.linear(x.to(float32), w.to(float32), bias.to(float32));
            var ours = nn.functional.linear(x, w, bias);
            ours.dtype.ShouldBe(type);
            (ours.to(float32) - exact).abs().max().ToSingle().ShouldBeLessThan(type == bfloat16 ? 0.15f : 0.02f);
            x.matmul(w.t()).dtype.ShouldBe(type);
            torch.einsum("ij,kj->ik", x, w).dtype.ShouldBe(type);
            var trained = w.detach().clone().requires_grad_();
            nn.functional.linear(x, trained).sum().backward();
            trained.grad!.dtype.ShouldBe(type);
            (trained.grad.to(float32) - x.to(float32).sum(0L).expand(20, 70)).abs().max().ToSingle().ShouldBeLessThan(0.15f);
        }
        Should.Throw<ExternalException>(() => torch.ones(2, 2).matmul(torch.ones(2, 2, dtype: bfloat16)));
    }

    [Fact]
    public void Factories_take_shape_type_and_device()
    {
        using var scope = NewDisposeScope();
        torch.full(new long[] { 2, 2 }, 7, int64).sum().item<long>().ShouldBe(28);
        torch.empty(2, 3, dtype: float16).dtype.ShouldBe(float16);
        torch.arange(5).dtype.ShouldBe(int64);
        torch.arange(0.0, 1.0, 0.25).dtype.ShouldBe(float32);
        torch.ones_like(torch.zeros(2, dtype: int32)).dtype.ShouldBe(int32);
        torch.tensor(new List<long> { 1, 2 }).shape.ShouldBe([2]);
        torch.zeros(2, device: CPU).device.ShouldBe(CPU);
        torch.device("cuda:1").index.ShouldBe(1);
        Should.Throw<ArgumentException>(() => torch.tensor(new float[] { 1, 2, 3 }, [2, 2]));
        Should.Throw<ArgumentException>(() => torch.device("toaster"));
    }
}
