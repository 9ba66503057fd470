using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Torch.Tests;

public class Seeds_and_files
{
    [Fact]
    public void A_generator_repeats_itself_from_its_state()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(11);
        using var twin = new Generator(11);
        torch.randn(4, generator: generator).Equals(torch.randn(4, generator: twin)).ShouldBeTrue();
        var state = generator.get_state();
        var next = torch.rand(3, generator: generator);
        torch.rand(3, generator: generator).Equals(next).ShouldBeFalse();
        generator.set_state(state);
        torch.rand(3, generator: generator).Equals(next).ShouldBeTrue();
        generator.initial_seed().ShouldBe(11);
        torch.empty(5).uniform_(0, 1, new Generator(3)).Equals(torch.empty(5).uniform_(0, 1, new Generator().manual_seed(3))).ShouldBeTrue();
    }

    [Fact]
    public void The_default_generator_can_be_set_back()
    {
        using var scope = NewDisposeScope();
        torch.random.manual_seed(42);
        var state = torch.get_rng_state();
        var first = torch.randn(3);
        torch.set_rng_state(state);
        torch.randn(3).Equals(first).ShouldBeTrue();
        torch.random.manual_seed(42);
        torch.randn(3).Equals(first).ShouldBeTrue();
        torch.initial_seed().ShouldBe(42);
    }

    [Fact]
    public void A_tensor_survives_its_file()
    {
        using var scope = NewDisposeScope();
        var file = Path.GetTempFileName();
        try
        {
            foreach (var type in new[] { float32, bfloat16, int64 })
            {
                var x = (torch.randn(3, 4) * 10).to(type);
                torch.save(x, file);
                var y = torch.load(file);
                y.dtype.ShouldBe(type);
                y.Equals(x).ShouldBeTrue();
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_stream_of_a_wrong_shape_or_length_is_refused()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        torch.ones(2, 2).Save(writer);
        using var reader = new BinaryReader(stream);
        stream.Position = 0;
        var target = torch.zeros(2, 2);
        target.Load(reader);
        target.sum().ToSingle().ShouldBe(4);
        stream.Position = 0;
        Should.Throw<ArgumentException>(() => torch.zeros(4).Load(reader));
        stream.Position = 0;
        Should.Throw<ArgumentException>(() => torch.zeros(2, 2, dtype: int64).Load(reader));
        stream.SetLength(stream.Length - 3);
        stream.Position = 0;
        Should.Throw<EndOfStreamException>(() => target.Load(reader));
    }

    [Fact]
    public void Threads_are_set_and_read()
    {
        var before = get_num_threads();
        set_num_threads(2);
        get_num_threads().ShouldBe(2);
        set_num_threads(before);
        get_num_threads().ShouldBe(before);
    }
}
