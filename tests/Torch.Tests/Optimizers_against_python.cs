using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MindBridge.Torch.Tests;

public class Optimizers_against_python
{
    private static readonly Dictionary<string, Func<Parameter[], optim.Optimizer>> Makers = new()
    {
        ["adamw"] = static p => optim.AdamW(p, 0.05, 0.9, 0.98, 1e-6, 0.1),
        ["adamw_amsgrad"] = static p => optim.AdamW(p, 0.05, weight_decay: 0.1, amsgrad: true),
        ["adam"] = static p => optim.Adam(p, 0.05, weight_decay: 0.1),
        ["sgd"] = static p => optim.SGD(p, 0.5, 0.9, weight_decay: 0.01, nesterov: true),
        ["adamw_groups"] = static p => optim.AdamW([new AdamW.ParamGroup(p[..1], 0.1, weight_decay: 0.2), new AdamW.ParamGroup(p[1..], 0.01, weight_decay: 0)]),
    };

    private static Parameter[] Start(ScalarType type) =>
        [nn.Parameter(torch.linspace(-1, 1, 6, type).reshape(2, 3).clone()), nn.Parameter(torch.linspace(0.5, 1.5, 3, type))];

    private static double Step(Parameter[] p, optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        var x = torch.linspace(-0.7, 2.3, 8, p[0].dtype).reshape(4, 2);
        optimizer.zero_grad();
        var loss = ((x.matmul(p[0]) * p[1]).tanh() - 0.3).pow(2).mean();
        loss.backward();
        optimizer.step();
        return loss.ToDouble();
    }

    [Fact]
    public void Trajectories_agree_with_python()
    {
        Golden.Names("optimizers").ShouldBe(Makers.Keys, ignoreOrder: true);
        foreach (var (name, make) in Makers)
        {
            using var scope = NewDisposeScope();
            var golden = Golden.Section("optimizers").GetProperty(name);
            // Double precision takes the general path; single the fused loop, which must agree to its own precision.
            foreach (var (type, tolerance) in new[] { (ScalarType.Float64, 1e-12), (ScalarType.Float32, 2e-5) })
            {
                var p = Start(type);
                using var optimizer = make(p);
                foreach (var expected in Golden.Numbers(golden.GetProperty("losses"))) Step(p, optimizer).ShouldBe(expected, tolerance, $"{name} {type}");
                p[0].to(ScalarType.Float64).data<double>().ToArray().Zip(Golden.Numbers(golden.GetProperty("w")), static (l, r) => Math.Abs(l - r)).Max().ShouldBeLessThan(tolerance, name);
                p[1].to(ScalarType.Float64).data<double>().ToArray().Zip(Golden.Numbers(golden.GetProperty("c")), static (l, r) => Math.Abs(l - r)).Max().ShouldBeLessThan(tolerance, name);
            }
        }
    }

    [Fact]
    public void The_fused_loop_handles_any_length()
    {
        using var scope = NewDisposeScope();
        foreach (var length in new long[] { 0, 1, 7, 31, 1025, 70_001 })
        {
            torch.random.manual_seed(length);
            var start = torch.randn(length);
            var gradient = torch.randn(length);
            var single = nn.Parameter(start.clone());
            var exact = nn.Parameter(start.to(float64));
            using var fused = optim.AdamW([single], 0.01, weight_decay: 0.1);
            using var general = optim.AdamW([exact], 0.01, weight_decay: 0.1);
            for (var i = 0; i < 3; i++)
            {
                single.grad = gradient * (i + 1);
                exact.grad = (gradient * (i + 1)).to(float64);
                fused.step();
                general.step();
            }
            single.to(float64).allclose(exact, 1e-5, 1e-6).ShouldBeTrue($"length {length}");
        }
    }

    [Fact]
    public void Parameters_without_gradient_are_left_alone()
    {
        using var scope = NewDisposeScope();
        var trained = nn.Parameter(torch.ones(2));
        var idle = nn.Parameter(torch.ones(2));
        using var optimizer = optim.AdamW([trained, idle], 0.1, weight_decay: 0.5);
        trained.grad = torch.ones(2);
        optimizer.step();
        idle.data<float>().ToArray().ShouldBe([1, 1]);
        trained.data<float>().ToArray()[0].ShouldBe(0.85f, 1e-4f);
        ((AdamW.State)optimizer.state_dict().State[1]).step.ShouldBe(0);
    }

    [Fact]
    public void A_saved_optimizer_continues_exactly()
    {
        var file = Path.GetTempFileName();
        try
        {
            using var scope = NewDisposeScope();
            var p = Start(ScalarType.Float32);
            using var optimizer = optim.AdamW(p, 0.05, weight_decay: 0.1);
            for (var i = 0; i < 4; i++) Step(p, optimizer);
            optimizer.save_state_dict(file);
            var q = p.Select(static x => nn.Parameter(x.detach().clone())).ToArray();
            using var resumed = optim.AdamW(q, 0.9);
            resumed.load_state_dict(file);
            for (var i = 0; i < 4; i++) Step(p, optimizer).ShouldBe(Step(q, resumed));
            p[0].Equals(q[0]).ShouldBeTrue();
            resumed.ParamGroups.Single().LearningRate.ShouldBe(0.05);

            var r = p.Select(static x => nn.Parameter(x.detach().clone())).ToArray();
            using var third = optim.AdamW(r, 0.9);
            third.load_state_dict(optimizer.state_dict());
            Step(p, optimizer).ShouldBe(Step(r, third));
            p[0].Equals(r[0]).ShouldBeTrue();

            using var other = optim.SGD(q, 0.1);
            Should.Throw<InvalidDataException>(() => other.load_state_dict(file));
            using var fewer = optim.AdamW(q[..1], 0.1);
            Should.Throw<ArgumentException>(() => fewer.load_state_dict(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Schedules_agree_with_python()
    {
        using var scope = NewDisposeScope();
        var makers = new Dictionary<string, Func<optim.Optimizer, optim.lr_scheduler.LRScheduler>>
        {
            ["step"] = static o => optim.lr_scheduler.StepLR(o, 3, 0.5),
            ["cosine"] = static o => optim.lr_scheduler.CosineAnnealingLR(o, 5, 0.1),
            ["linear"] = static o => optim.lr_scheduler.LinearLR(o, 0.25, 1.0, 4),
            ["lambda_"] = static o => optim.lr_scheduler.LambdaLR(o, static n => 1.0 / (n + 1)),
            ["exponential"] = static o => optim.lr_scheduler.ExponentialLR(o, 0.9),
        };
        foreach (var (name, make) in makers)
        {
            using var optimizer = optim.SGD([nn.Parameter(torch.zeros(1))], 0.5);
            var scheduler = make(optimizer);
            foreach (var expected in Golden.Numbers(Golden.Section("schedules").GetProperty(name)))
            {
                optimizer.ParamGroups.Single().LearningRate.ShouldBe(expected, 1e-9, name);
                scheduler.get_last_lr().Single().ShouldBe(expected, 1e-9, name);
                optimizer.step();
                scheduler.step();
            }
        }
    }

    [Fact]
    public void Bad_hyperparameters_are_refused()
    {
        Should.Throw<ArgumentException>(() => optim.AdamW(Array.Empty<Parameter>(), -1));
        Should.Throw<ArgumentException>(() => optim.Adam(Array.Empty<Parameter>(), 1, beta1: 1));
        Should.Throw<ArgumentException>(() => optim.SGD(Array.Empty<Parameter>(), 1, nesterov: true));
    }
}
