using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MindBridge.Torch.Tests;

public class Modules_and_their_state
{
    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private readonly Linear first;
        private readonly LayerNorm norm;
        private readonly Parameter scale;
        private readonly Tensor offset;
        private readonly ModuleList<Linear> heads;
        private readonly Dropout dropout = nn.Dropout(0.5);

        public Block() : base(nameof(Block))
        {
            first = nn.Linear(3, 4);
            norm = nn.LayerNorm(4);
            scale = nn.Parameter(torch.ones(4));
            offset = torch.zeros(4);
            heads = nn.ModuleList(nn.Linear(4, 2), nn.Linear(4, 2, hasBias: false));
            RegisterComponents();
            register_buffer("scratch", torch.ones(1), persistent: false);
        }

        public override Tensor forward(Tensor input)
        {
            var hidden = dropout.call(norm.call(first.call(input)) * scale + offset);
            return heads.Aggregate(torch.zeros(2), (sum, head) => sum + head.call(hidden));
        }
    }

    [Fact]
    public void Fields_become_named_parameters_and_buffers()
    {
        using var block = new Block();
        block.named_parameters().Select(static e => e.name).ShouldBe(["scale", "first.weight", "first.bias", "norm.weight", "norm.bias", "heads.0.weight", "heads.0.bias", "heads.1.weight"], ignoreOrder: true);
        block.named_buffers().Select(static e => e.name).ShouldBe(["offset", "scratch"]);
        block.state_dict().Keys.ShouldNotContain("scratch");
        block.state_dict().Count.ShouldBe(9);
        block.named_modules().Select(static e => e.name).ShouldContain("heads.1");
        block.get_parameter("heads.1.weight")!.shape.ShouldBe([2, 4]);
        block.parameters().All(static p => p.requires_grad && p.is_leaf).ShouldBeTrue();
    }

    [Fact]
    public void Train_and_eval_reach_the_leaves()
    {
        using var scope = NewDisposeScope();
        using var block = new Block();
        block.training.ShouldBeTrue();
        block.eval();
        block.modules().ShouldAllBe(static m => !m.training);
        var x = torch.randn(5, 3);
        block.call(x).Equals(block.call(x)).ShouldBeTrue();
        block.train();
        block.call(x).Equals(block.call(x)).ShouldBeFalse();
    }

    [Fact]
    public void State_moves_between_modules_by_name_and_by_file()
    {
        using var scope = NewDisposeScope();
        using var one = new Block();
        using var two = new Block();
        one.eval();
        two.eval();
        var x = torch.randn(5, 3);
        two.load_state_dict(one.state_dict());
        one.call(x).Equals(two.call(x)).ShouldBeTrue();

        using (no_grad()) one.get_parameter("scale")!.mul_(3);
        using var stream = new MemoryStream();
        one.save(stream);
        stream.Position = 0;
        using var reader = new BinaryReader(stream);
        two.load(reader);
        one.call(x).Equals(two.call(x)).ShouldBeTrue();

        var partial = one.state_dict();
        partial.Remove("scale");
        Should.Throw<InvalidOperationException>(() => two.load_state_dict(partial)).Message.ShouldContain("scale");
        two.load_state_dict(partial, strict: false).missing_keys.ShouldBe(["scale"]);
    }

    [Fact]
    public void A_module_keeps_its_parameter_objects_when_its_type_changes()
    {
        using var scope = NewDisposeScope();
        using var block = new Block();
        var before = block.parameters().ToList();
        using var optimizer = optim.AdamW(before, 0.1);
        block.to(bfloat16).ShouldBeSameAs(block);
        block.parameters().Zip(before).All(static pair => ReferenceEquals(pair.First, pair.Second)).ShouldBeTrue();
        before.ShouldAllBe(static p => p.dtype == ScalarType.BFloat16 && p.requires_grad && p.is_leaf);
        block.to(float32);
        F.mse_loss(block.call(torch.randn(5, 3)), torch.zeros(5, 2)).backward();
        optimizer.step();
        block.zero_grad();
        before.All(static p => p.grad is null).ShouldBeTrue();
    }

    [Fact]
    public void A_parameter_takes_its_tensor_over()
    {
        using var scope = NewDisposeScope();
        var data = torch.ones(2);
        var parameter = new Parameter(data, requires_grad: false);
        data.IsInvalid.ShouldBeTrue();
        parameter.requires_grad.ShouldBeFalse();
        scope.DisposablesCount.ShouldBe(1);
    }

    [Fact]
    public void Initial_values_have_the_promised_spread()
    {
        using var scope = NewDisposeScope();
        torch.random.manual_seed(5);
        using var linear = nn.Linear(256, 512);
        linear.weight.abs().max().ToSingle().ShouldBeLessThanOrEqualTo(1f / 16);
        linear.weight.std().ToSingle().ShouldBe(1 / 16f / MathF.Sqrt(3), 0.002f);
        linear.bias!.abs().max().ToSingle().ShouldBeLessThanOrEqualTo(1f / 16);
        using var embedding = nn.Embedding(100, 64, padding_idx: 3);
        embedding.weight!.std().ToSingle().ShouldBe(1, 0.05f);
        embedding.weight[3].abs().sum().ToSingle().ShouldBe(0);
        nn.init.normal_(linear.weight, 0, 0.02).std().ToSingle().ShouldBe(0.02f, 0.001f);
        nn.init.trunc_normal_(linear.weight, 0, 0.02, -0.04, 0.04).abs().max().ToSingle().ShouldBeLessThanOrEqualTo(0.04f);
        linear.weight.std().ToSingle().ShouldBe(0.0176f, 0.0005f);
        nn.init.xavier_uniform_(linear.weight).abs().max().ToSingle().ShouldBeLessThanOrEqualTo(MathF.Sqrt(6f / 768));
        nn.init.constant_(linear.bias, 2).sum().ToSingle().ShouldBe(1024);
        linear.weight.requires_grad.ShouldBeTrue();
        linear.weight.is_leaf.ShouldBeTrue();
    }

    [Fact]
    public void A_list_renumbers_when_it_changes()
    {
        using var list = nn.ModuleList(nn.Linear(1, 1), nn.Linear(2, 2));
        list.Insert(0, nn.Linear(3, 3));
        list.RemoveAt(1);
        list.named_parameters().Select(static e => (e.name, e.parameter.shape[0])).ShouldBe([("0.weight", 3L), ("0.bias", 3L), ("1.weight", 2L), ("1.bias", 2L)]);
    }
}
