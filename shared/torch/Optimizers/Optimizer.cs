using TorchSharp.Modules;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class optim
        {
            /// <summary>Updates parameters from their gradients, a group of parameters at a time.</summary>
            public abstract class Optimizer : IDisposable
            {
                protected IList<ParamGroup> _parameter_groups = [];

                /// <summary>The groups, with the learning rates that schedulers set.</summary>
                public virtual IEnumerable<ILearningRateController> ParamGroups => _parameter_groups;

                /// <summary>Sets every gradient to zero in place. (Module.zero_grad drops them, which is cheaper.)</summary>
                public virtual void zero_grad() => Gradients.Clear([.. parameters()], drop: false);

                public virtual void add_param_group(ParamGroup param_group) => throw new NotSupportedException("this optimizer takes its parameter groups at construction");

                /// <summary>One update; a closure computes the loss first and its value is given back.</summary>
                public abstract Tensor? step(Func<Tensor>? closure = null);

                public virtual IEnumerable<Parameter> parameters() => _parameter_groups.SelectMany(static group => group.Parameters);

                public void Dispose()
                {
                    Dispose(true);
                    GC.SuppressFinalize(this);
                }

                protected virtual void Dispose(bool disposing) { }

                /// <summary>Hyperparameters by group and state by parameter.</summary>
                public class StateDictionary
                {
                    internal StateDictionary() { }

                    public List<OptimizerOptions> Options { get; } = [];

                    public List<OptimizerState> State { get; } = [];
                }
            }

            /// <summary>What a scheduler changes.</summary>
            public interface ILearningRateController
            {
                double LearningRate { get; set; }

                double InitialLearningRate { get; set; }
            }

            public interface IMomentum
            {
                double Momentum { get; set; }
            }

            public interface IBetas
            {
                (double, double) Betas { get; set; }
            }
        }
    }

    namespace Modules
    {
        /// <summary>Hyperparameters of a group; null takes the optimizer's.</summary>
        public class OptimizerOptions
        {
            public double? LearningRate { get; set; }

            public double InitialLearningRate { get; set; }

            public virtual void SaveStateDict(BinaryWriter writer)
            {
                writer.Write(InitialLearningRate);
                writer.Write(LearningRate!.Value);
            }

            public virtual void LoadStateDict(BinaryReader reader)
            {
                InitialLearningRate = reader.ReadDouble();
                LearningRate = reader.ReadDouble();
            }

            public virtual void LoadStateDict(OptimizerOptions source)
            {
                InitialLearningRate = source.InitialLearningRate;
                LearningRate = source.LearningRate;
            }
        }

        /// <summary>What an optimizer remembers of one parameter.</summary>
        public abstract class OptimizerState
        {
            protected Parameter _parameter;

            protected OptimizerState(Parameter parameter) => _parameter = parameter;

            public abstract void SaveStateDict(BinaryWriter writer);

            public abstract void LoadStateDict(BinaryReader reader);

            public abstract void LoadStateDict(OptimizerState source);

            /// <summary>Sets the state to what it is before the first step.</summary>
            public abstract void Initialize(OptimizerOptions options);

            public virtual void to(torch.Device device) { }

            public virtual bool ApproximatelyEquals(OptimizerState other) => false;

            private protected static void SaveOptional(BinaryWriter writer, torch.Tensor? tensor)
            {
                writer.Write(tensor is not null);
                tensor?.Save(writer);
            }

            private protected static void LoadOptional(BinaryReader reader, ref torch.Tensor? tensor, torch.Tensor like)
            {
                if (reader.ReadBoolean())
                {
                    tensor ??= like.zeros_like().DetachFromDisposeScope();
                    tensor.Load(reader);
                }
                else
                {
                    tensor?.Dispose();
                    tensor = null;
                }
            }
        }

        /// <summary>Parameters that share hyperparameters.</summary>
        public class ParamGroup : torch.optim.ILearningRateController
        {
            public IEnumerable<Parameter> Parameters { get; set; } = [];

            public OptimizerOptions Options { get; set; } = null!;

            public double LearningRate
            {
                get => Options.LearningRate!.Value;
                set => Options.LearningRate = value;
            }

            public double InitialLearningRate
            {
                get => Options.InitialLearningRate;
                set => Options.InitialLearningRate = value;
            }
        }

        public class ParamGroup<TOptions> : ParamGroup where TOptions : OptimizerOptions
        {
            public ParamGroup() { }

            public ParamGroup(IEnumerable<Parameter> parameters, TOptions? options = null)
            {
                Parameters = parameters;
                base.Options = options!;
            }

            public new TOptions Options
            {
                get => (TOptions)base.Options;
                set => base.Options = value;
            }
        }

        /// <summary>What optimizers with groups and per-parameter state share: state in, state out.</summary>
        public abstract class OptimizerHelper : torch.optim.Optimizer
        {
            private readonly Dictionary<Parameter, OptimizerState> states = new(ReferenceEqualityComparer.Instance);

            private protected OptimizerState StateOf(Parameter parameter) => states[parameter];

            private protected abstract OptimizerState NewState(Parameter parameter);

            private protected abstract void Complete(OptimizerOptions? given, ParamGroup group);

            public override void add_param_group(ParamGroup param_group)
            {
                // The parameters are kept as a list: a lazily walked module tree would be walked again every step.
                param_group.Parameters = param_group.Parameters.ToList();
                Complete(param_group.Options, param_group);
                param_group.InitialLearningRate = param_group.LearningRate;
                _parameter_groups.Add(param_group);
                foreach (var parameter in param_group.Parameters)
                {
                    var state = NewState(parameter);
                    state.Initialize(param_group.Options);
                    states[parameter] = state;
                }
            }

            private protected static torch.Tensor? Loss(Func<torch.Tensor>? closure)
            {
                if (closure is null) return null;
                using var on = torch.enable_grad();
                return closure();
            }

            public virtual StateDictionary state_dict()
            {
                var result = new StateDictionary();
                foreach (var group in _parameter_groups)
                {
                    result.Options.Add(group.Options);
                    result.State.AddRange(group.Parameters.Select(StateOf));
                }
                return result;
            }

            /// <summary>Takes over hyperparameters and state. Throws <see cref="ArgumentException"/> when the counts differ.</summary>
            public virtual void load_state_dict(StateDictionary state_dict)
            {
                var own = this.state_dict();
                Check(state_dict.Options.Count, state_dict.State.Count, own);
                for (var i = 0; i < own.Options.Count; i++)
                    if (!ReferenceEquals(own.Options[i], state_dict.Options[i])) own.Options[i].LoadStateDict(state_dict.Options[i]);
                for (var i = 0; i < own.State.Count; i++)
                    if (!ReferenceEquals(own.State[i], state_dict.State[i])) own.State[i].LoadStateDict(state_dict.State[i]);
            }

            private static void Check(long options, long states, StateDictionary own)
            {
                if (options != own.Options.Count) throw new ArgumentException("Invalid optimizer state -- different number of parameter groups.");
                if (states != own.State.Count) throw new ArgumentException("Invalid optimizer state -- different number of states.");
            }

            public void save_state_dict(string location)
            {
                using var stream = File.Create(location);
                using var writer = new BinaryWriter(stream);
                save_state_dict(writer);
            }

            public void load_state_dict(string location)
            {
                using var stream = File.OpenRead(location);
                using var reader = new BinaryReader(stream);
                load_state_dict(reader);
            }

            public void save_state_dict(BinaryWriter writer)
            {
                writer.Write(GetType().Name);
                var own = state_dict();
                writer.Encode(own.Options.Count);
                writer.Encode(own.State.Count);
                foreach (var options in own.Options) options.SaveStateDict(writer);
                foreach (var state in own.State) state.SaveStateDict(writer);
            }

            /// <summary>Reads what <see cref="save_state_dict(BinaryWriter)"/> wrote. Throws <see cref="InvalidDataException"/> for another optimizer's.</summary>
            public void load_state_dict(BinaryReader reader)
            {
                var type = reader.ReadString();
                if (type != GetType().Name) throw new InvalidDataException($"Mismatched optimizer type: expected '{GetType().Name}', but found '{type}' in the loaded stream.");
                var own = state_dict();
                Check(reader.Decode(), reader.Decode(), own);
                foreach (var options in own.Options) options.LoadStateDict(reader);
                foreach (var state in own.State) state.LoadStateDict(reader);
            }

            /// <summary>Moves all state to a device.</summary>
            public void to(torch.Device device)
            {
                foreach (var state in states.Values) state.to(device);
            }

            protected override void Dispose(bool disposing)
            {
                base.Dispose(disposing);
                if (!disposing) return;
                foreach (var state in states.Values) (state as IDisposable)?.Dispose();
            }
        }
    }
}
