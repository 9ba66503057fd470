namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>Sets the learning rates of an optimizer's groups, step by step.</summary>
            public abstract class LRScheduler
            {
                private protected readonly Optimizer optimizer;
                private protected readonly List<double> initial;
                private protected int last;
                private readonly bool verbose;
                private List<double> rates;

                private protected LRScheduler(Optimizer optimizer, int last_epoch, bool verbose)
                {
                    ArgumentNullException.ThrowIfNull(optimizer);
                    (this.optimizer, last, this.verbose) = (optimizer, last_epoch, verbose);
                    if (last_epoch == -1)
                        foreach (var group in optimizer.ParamGroups) group.InitialLearningRate = group.LearningRate;
                    initial = [.. optimizer.ParamGroups.Select(static group => group.InitialLearningRate)];
                    rates = [.. optimizer.ParamGroups.Select(static group => group.LearningRate)];
                }

                public virtual void step() => step(null);

                public virtual void step(int? epoch)
                {
                    last = epoch ?? last + 1;
                    var groups = optimizer.ParamGroups.ToList();
                    var next = Enumerable.Range(0, groups.Count).Select(i => Rate(i, groups[i].LearningRate)).ToList();
                    for (var i = 0; i < groups.Count; i++)
                    {
                        groups[i].LearningRate = next[i];
                        if (verbose && rates[i] != next[i]) Console.WriteLine($"Adjusting learning rate to {next[i]}");
                    }
                    rates = next;
                }

                /// <summary>Steps; the metric matters to schedulers that watch one.</summary>
                public virtual void step(double current, int? epoch = null) => step(epoch);

                public IEnumerable<double> get_last_lr() => rates;

                private protected abstract double Rate(int group, double current);
            }

            /// <summary>The classes behind the factories.</summary>
            public static class impl
            {
                public class LambdaLR : LRScheduler
                {
                    private readonly List<Func<int, double>> lambdas;

                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, Enumerable.Repeat(lr_lambda, optimizer.ParamGroups.Count()), last_epoch, verbose) { }

                    public LambdaLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        lambdas = [.. lr_lambdas];
                        step();
                    }

                    private protected override double Rate(int group, double current) => initial[group] * lambdas[group](last);
                }

                public class StepLR : LRScheduler
                {
                    private readonly int size;
                    private readonly double gamma;

                    public StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        (size, this.gamma) = (step_size, gamma);
                        step();
                    }

                    private protected override double Rate(int group, double current) => last == 0 || last % size != 0 ? current : current * gamma;
                }

                public class ExponentialLR : LRScheduler
                {
                    private readonly double gamma;

                    public ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        this.gamma = gamma;
                        step();
                    }

                    private protected override double Rate(int group, double current) => last == 0 ? current : current * gamma;
                }

                public class LinearLR : LRScheduler
                {
                    private readonly double start, end;
                    private readonly int steps;

                    public LinearLR(Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int total_iters = 5, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        (start, end, steps) = (start_factor, end_factor, total_iters);
                        step();
                    }

                    private protected override double Rate(int group, double current) => initial[group] * (start + (end - start) * Math.Min(last, steps) / steps);
                }

                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double period, least;

                    public CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        (period, least) = (T_max, eta_min);
                        step();
                    }

                    private protected override double Rate(int group, double current)
                    {
                        if (last == 0) return current;
                        if ((last - 1 - period) % (2 * period) == 0) return current + (initial[group] - least) * (1 - Math.Cos(Math.PI / period)) / 2;
                        return (1 + Math.Cos(Math.PI * last / period)) / (1 + Math.Cos(Math.PI * (last - 1) / period)) * (current - least) + least;
                    }
                }
            }

            public static LRScheduler LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) => new impl.LambdaLR(optimizer, lr_lambda, last_epoch, verbose);

            public static LRScheduler LambdaLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false) => new impl.LambdaLR(optimizer, lr_lambdas, last_epoch, verbose);

            public static LRScheduler StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) => new impl.StepLR(optimizer, step_size, gamma, last_epoch, verbose);

            public static LRScheduler ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false) => new impl.ExponentialLR(optimizer, gamma, last_epoch, verbose);

            public static LRScheduler LinearLR(Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int total_iters = 5, int last_epoch = -1, bool verbose = false) => new impl.LinearLR(optimizer, start_factor, end_factor, total_iters, last_epoch, verbose);

            public static LRScheduler CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false) => new impl.CosineAnnealingLR(optimizer, T_max, eta_min, last_epoch, verbose);
        }
    }
}
