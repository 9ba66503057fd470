using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>What Adam and AdamW share, which is all but where the decay acts.</summary>
        public abstract class AdamFamily : OptimizerHelper, IBetas
        {
            private readonly bool decoupled;
            private readonly Options defaults;

            private protected AdamFamily(bool decoupled, IEnumerable<ParamGroup> parameters, double lr, double beta1, double beta2, double eps, double weight_decay, bool amsgrad, bool maximize)
            {
                this.decoupled = decoupled;
                if (lr < 0) throw new ArgumentException($"Invalid learning rate: {lr}");
                if (eps < 0) throw new ArgumentException($"Invalid ε: {eps}");
                if (beta1 is < 0 or >= 1) throw new ArgumentException($"Invalid beta1: {beta1}");
                if (beta2 is < 0 or >= 1) throw new ArgumentException($"Invalid beta2: {beta2}");
                if (weight_decay < 0) throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
                defaults = new Options { LearningRate = lr, InitialLearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize };
                foreach (var group in parameters) add_param_group(group);
            }

            private protected override OptimizerState NewState(Parameter parameter) => new State(parameter);

            private protected override void Complete(OptimizerOptions? given, Modules.ParamGroup group)
            {
                var options = (Options?)given ?? new Options();
                options.LearningRate ??= defaults.LearningRate;
                options.beta1 ??= defaults.beta1;
                options.beta2 ??= defaults.beta2;
                options.eps ??= defaults.eps;
                options.weight_decay ??= defaults.weight_decay;
                options.amsgrad ??= defaults.amsgrad;
                options.maximize ??= defaults.maximize;
                group.Options = options;
            }

            /// <summary>Updates all parameters that have a gradient; one native call a group.</summary>
            public override unsafe Tensor? step(Func<Tensor>? closure = null)
            {
                var loss = Loss(closure);
                foreach (var group in _parameter_groups)
                {
                    var options = (Options)group.Options;
                    var parameters = (List<Parameter>)group.Parameters;
                    var states = parameters.ConvertAll(parameter => (State)StateOf(parameter));
                    var settings = new AdamSettings
                    {
                        LearningRate = options.LearningRate!.Value,
                        Beta1 = options.beta1!.Value,
                        Beta2 = options.beta2!.Value,
                        Epsilon = options.eps!.Value,
                        Decay = options.weight_decay!.Value,
                        Decoupled = decoupled ? 1 : 0,
                        Maximize = options.maximize!.Value ? 1 : 0,
                        AmsGrad = options.amsgrad!.Value ? 1 : 0,
                    };
                    var steps = states.ConvertAll(static state => state.step).ToArray();
                    using var p = new Handles(parameters);
                    using var m = new Handles(states.ConvertAll(static state => state.exp_avg));
                    using var v = new Handles(states.ConvertAll(static state => state.exp_avg_sq));
                    using var top = new Handles(settings.AmsGrad != 0 ? states.ConvertAll(static state => state.max_exp_avg_sq!) : []);
                    fixed (nint* pp = p.Values, pm = m.Values, pv = v.Values, pt = top.Values)
                    fixed (long* ps = steps)
                        Native.ts_adam_step(pp, pm, pv, pt, ps, parameters.Count, &settings);
                    for (var i = 0; i < steps.Length; i++) states[i].step = steps[i];
                }
                return loss;
            }

            public (double, double) Betas
            {
                get => (defaults.beta1!.Value, defaults.beta2!.Value);
                set => (defaults.beta1, defaults.beta2) = value;
            }

            /// <summary>Step count and the moving averages of gradient and squared gradient.</summary>
            public class State : OptimizerState, IDisposable
            {
                public long step;
                public Tensor exp_avg = null!;
                public Tensor exp_avg_sq = null!;
                public Tensor? max_exp_avg_sq;

                public State(Parameter parameter) : base(parameter) { }

                public override void Initialize(OptimizerOptions options)
                {
                    Dispose();
                    step = 0;
                    exp_avg = zeros_like(_parameter).DetachFromDisposeScope();
                    exp_avg_sq = zeros_like(_parameter).DetachFromDisposeScope();
                    max_exp_avg_sq = ((Options)options).amsgrad == true ? zeros_like(_parameter).DetachFromDisposeScope() : null;
                }

                public void Dispose()
                {
                    exp_avg?.Dispose();
                    exp_avg_sq?.Dispose();
                    max_exp_avg_sq?.Dispose();
                }

                public override void to(Device device)
                {
                    exp_avg = exp_avg.to(device, disposeAfter: true).DetachFromDisposeScope();
                    exp_avg_sq = exp_avg_sq.to(device, disposeAfter: true).DetachFromDisposeScope();
                    max_exp_avg_sq = max_exp_avg_sq?.to(device, disposeAfter: true).DetachFromDisposeScope();
                }

                public override void SaveStateDict(BinaryWriter writer)
                {
                    writer.Write(step);
                    exp_avg.Save(writer);
                    exp_avg_sq.Save(writer);
                    SaveOptional(writer, max_exp_avg_sq);
                }

                public override void LoadStateDict(BinaryReader reader)
                {
                    step = reader.ReadInt64();
                    exp_avg.Load(reader);
                    exp_avg_sq.Load(reader);
                    LoadOptional(reader, ref max_exp_avg_sq, exp_avg_sq);
                }

                public override void LoadStateDict(OptimizerState source)
                {
                    var other = (State)source;
                    using var off = no_grad();
                    step = other.step;
                    exp_avg.copy_(other.exp_avg);
                    exp_avg_sq.copy_(other.exp_avg_sq);
                    if (other.max_exp_avg_sq is null) return;
                    max_exp_avg_sq ??= zeros_like(exp_avg_sq).DetachFromDisposeScope();
                    max_exp_avg_sq.copy_(other.max_exp_avg_sq);
                }

                public override bool ApproximatelyEquals(OptimizerState other) =>
                    other is State state && step == state.step && exp_avg.allclose(state.exp_avg) && exp_avg_sq.allclose(state.exp_avg_sq);
            }

            public class Options : OptimizerOptions
            {
                public double? beta1;
                public double? beta2;
                public double? weight_decay;
                public double? eps;
                public bool? amsgrad;
                public bool? maximize;

                public override void SaveStateDict(BinaryWriter writer)
                {
                    base.SaveStateDict(writer);
                    writer.Write(beta1!.Value);
                    writer.Write(beta2!.Value);
                    writer.Write(eps!.Value);
                    writer.Write(weight_decay!.Value);
                    writer.Write(amsgrad!.Value);
                    writer.Write(maximize!.Value);
                }

                public override void LoadStateDict(BinaryReader reader)
                {
                    base.LoadStateDict(reader);
                    beta1 = reader.ReadDouble();
                    beta2 = reader.ReadDouble();
                    eps = reader.ReadDouble();
                    weight_decay = reader.ReadDouble();
                    amsgrad = reader.ReadBoolean();
                    maximize = reader.ReadBoolean();
                }

                public override void LoadStateDict(OptimizerOptions source)
                {
                    base.LoadStateDict(source);
                    var other = (Options)source;
                    (beta1, beta2, eps, weight_decay, amsgrad, maximize) = (other.beta1, other.beta2, other.eps, other.weight_decay, other.amsgrad, other.maximize);
                }
            }

            public class ParamGroup : ParamGroup<Options>, IBetas
            {
                public ParamGroup() { }

                public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options) { }

                public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                    : base(parameters, new Options { LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize }) { }

                public (double, double) Betas
                {
                    get => (Options.beta1!.Value, Options.beta2!.Value);
                    set => (Options.beta1, Options.beta2) = value;
                }
            }
        }
    }
}
