using System.Collections;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A module without parameters.</summary>
        public abstract class ParameterLessModule<T, TResult> : Module<T, TResult>
        {
            protected ParameterLessModule(string name) : base(name) { }
        }

        public sealed class Linear : Module<Tensor, Tensor>
        {
            private Parameter? _weight, _bias;

            internal Linear(long inputSize, long outputSize, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(Linear))
            {
                in_features = inputSize;
                out_features = outputSize;
                using var off = no_grad();
                weight = new Parameter(torch.empty(outputSize, inputSize, dtype, device));
                init.kaiming_uniform_(weight, Math.Sqrt(5));
                if (!hasBias) return;
                var bound = inputSize > 0 ? 1 / Math.Sqrt(inputSize) : 0;
                bias = new Parameter(torch.empty(outputSize, dtype, device).uniform_(-bound, bound));
            }

            public long in_features { get; }

            public long out_features { get; }

            public Parameter weight
            {
                get => _weight!;
                set => ConditionallyRegisterParameter(nameof(weight), _weight = (Parameter)value.DetachFromDisposeScope());
            }

            public Parameter? bias
            {
                get => _bias;
                set => ConditionallyRegisterParameter(nameof(bias), _bias = (Parameter?)value?.DetachFromDisposeScope());
            }

            protected override void RegisterComponents() { }

            public override Tensor forward(Tensor tensor) => Native.ts_linear(tensor, _weight, _bias);
        }

        public sealed class Embedding : Module<Tensor, Tensor>
        {
            private readonly long padding;
            private readonly bool scale, sparse;
            private readonly double? max;
            private readonly double normType;
            private Parameter? _weight;

            internal Embedding(Tensor table, bool freeze, long? padding_idx, double? max_norm, double norm_type, bool scale_grad_by_freq, bool sparse) : base(nameof(Embedding))
            {
                padding = padding_idx is < 0 ? padding_idx.Value + table.size(0) : padding_idx ?? -1;
                (max, normType, scale, this.sparse) = (max_norm, norm_type, scale_grad_by_freq, sparse);
                weight = new Parameter(table, !freeze);
            }

            public Parameter? weight
            {
                get => _weight;
                set => ConditionallyRegisterParameter(nameof(weight), _weight = (Parameter?)value?.DetachFromDisposeScope());
            }

            protected override void RegisterComponents() { }

            public override Tensor forward(Tensor input)
            {
                if (max.HasValue) Native.ts_embedding_renorm_(_weight, input, max.Value, normType);
                return Native.ts_embedding(_weight, input, padding, scale ? 1 : 0, sparse ? 1 : 0);
            }
        }

        public sealed class LayerNorm : Module<Tensor, Tensor>
        {
            private Parameter? _weight, _bias;

            internal LayerNorm(long[] normalized_shape, double eps, bool elementwise_affine, bool bias, Device? device, ScalarType? dtype) : base(nameof(LayerNorm))
            {
                (this.normalized_shape, this.eps, this.elementwise_affine) = (normalized_shape, eps, elementwise_affine);
                if (!elementwise_affine) return;
                weight = new Parameter(torch.ones(normalized_shape, dtype, device));
                if (bias) this.bias = new Parameter(torch.zeros(normalized_shape, dtype, device));
            }

            public long[] normalized_shape { get; set; }

            public double eps { get; set; }

            public bool elementwise_affine { get; set; }

            public Parameter weight
            {
                get => _weight!;
                set => ConditionallyRegisterParameter(nameof(weight), _weight = (Parameter)value.DetachFromDisposeScope());
            }

            public Parameter? bias
            {
                get => _bias;
                set => ConditionallyRegisterParameter(nameof(bias), _bias = (Parameter?)value?.DetachFromDisposeScope());
            }

            protected override void RegisterComponents() { }

            public override Tensor forward(Tensor tensor) => Native.ts_layer_norm(tensor, normalized_shape, normalized_shape.Length, _weight, _bias, eps);
        }

        public sealed class Dropout : ParameterLessModule<Tensor, Tensor>
        {
            internal Dropout(double p, bool inplace) : base(nameof(Dropout)) => (this.p, this.inplace) = (p, inplace);

            public double p { get; set; }

            public bool inplace { get; set; }

            public override Tensor forward(Tensor input) => F.dropout(input, p, training, inplace);
        }

        public sealed class Identity : Module<Tensor, Tensor>
        {
            internal Identity() : base(nameof(Identity)) { }

            public override Tensor forward(Tensor tensor) => tensor.alias();
        }

        public sealed class GELU : ParameterLessModule<Tensor, Tensor>
        {
            internal GELU(bool inplace) : base(nameof(GELU)) => this.inplace = inplace;

            public bool inplace { get; set; }

            public override Tensor forward(Tensor tensor) => F.gelu(tensor, inplace);
        }

        public sealed class ReLU : ParameterLessModule<Tensor, Tensor>
        {
            internal ReLU(bool inplace) : base(nameof(ReLU)) => this.inplace = inplace;

            public bool inplace { get; set; }

            public override Tensor forward(Tensor tensor) => F.relu(tensor, inplace);
        }

        public sealed class SiLU : ParameterLessModule<Tensor, Tensor>
        {
            internal SiLU(bool inplace) : base(nameof(SiLU)) => this.inplace = inplace;

            public bool inplace { get; set; }

            public override Tensor forward(Tensor tensor) => F.silu(tensor, inplace);
        }

        public sealed class Tanh : ParameterLessModule<Tensor, Tensor>
        {
            internal Tanh() : base(nameof(Tanh)) { }

            public override Tensor forward(Tensor tensor) => tensor.tanh();
        }

        public sealed class Sigmoid : ParameterLessModule<Tensor, Tensor>
        {
            internal Sigmoid() : base(nameof(Sigmoid)) { }

            public override Tensor forward(Tensor tensor) => tensor.sigmoid();
        }

        /// <summary>Modules one after the other, under the names they are given or their numbers.</summary>
        public class Sequential : Module<Tensor, Tensor>
        {
            private readonly List<Module<Tensor, Tensor>> steps = [];

            internal Sequential(params (string name, Module<Tensor, Tensor> module)[] modules) : base(nameof(Sequential))
            {
                foreach (var (name, module) in modules) append(name, module);
            }

            public Sequential append(string name, Module<Tensor, Tensor> module)
            {
                register_module(name, module);
                steps.Add(module);
                return this;
            }

            public Sequential append(Module<Tensor, Tensor> module) => append(steps.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), module);

            protected override void RegisterComponents() { }

            public int Count => steps.Count;

            public Module<Tensor, Tensor> this[int index] => steps[index];

            public override Tensor forward(Tensor tensor)
            {
                if (steps.Count == 0) return tensor.alias();
                var result = steps[0].call(tensor);
                for (var i = 1; i < steps.Count; i++)
                {
                    var next = steps[i].call(result);
                    if (!ReferenceEquals(next, result)) result.Dispose();
                    result = next;
                }
                return result;
            }
        }

        /// <summary>Modules under their numbers.</summary>
        public class ModuleList<T> : Module, IList<T> where T : Module
        {
            private readonly List<T> list = [];

            public ModuleList(params T[] modules) : base(nameof(ModuleList<T>))
            {
                foreach (var module in modules) Add(module);
            }

            protected override void RegisterComponents() { }

            private void Renumber(Action change)
            {
                for (var i = 0; i < list.Count; i++) register_module(Key(i), null!);
                change();
                for (var i = 0; i < list.Count; i++) register_module(Key(i), list[i]);
            }

            private static string Key(int index) => index.ToString(System.Globalization.CultureInfo.InvariantCulture);

            public T this[int index]
            {
                get => list[index];
                set => Renumber(() => list[index] = value);
            }

            public int Count => list.Count;

            public bool IsReadOnly => false;

            public void Add(T item)
            {
                register_module(Key(list.Count), item);
                list.Add(item);
            }

            public void append(T module) => Add(module);

            public void Clear() => Renumber(list.Clear);

            public bool Contains(T item) => list.Contains(item);

            public void CopyTo(T[] array, int arrayIndex) => list.CopyTo(array, arrayIndex);

            public IEnumerator<T> GetEnumerator() => list.GetEnumerator();

            public int IndexOf(T item) => list.IndexOf(item);

            public void Insert(int index, T item) => Renumber(() => list.Insert(index, item));

            public bool Remove(T item)
            {
                var at = list.IndexOf(item);
                if (at < 0) return false;
                RemoveAt(at);
                return true;
            }

            public void RemoveAt(int index) => Renumber(() => list.RemoveAt(index));

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
        }

        /// <summary>Parameters under their numbers.</summary>
        public class ParameterList : Module, IReadOnlyList<Parameter>
        {
            private readonly List<Parameter> list = [];

            public ParameterList(params Parameter[] parameters) : base(nameof(ParameterList))
            {
                foreach (var parameter in parameters) Add(parameter);
            }

            protected override void RegisterComponents() { }

            public void Add(Parameter item)
            {
                register_parameter(list.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), item);
                list.Add(item);
            }

            public Parameter this[int index] => list[index];

            public int Count => list.Count;

            public IEnumerator<Parameter> GetEnumerator() => list.GetEnumerator();

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null) =>
                new(inputSize, outputSize, hasBias, device, dtype);

            public static Modules.Embedding Embedding(long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
            {
                var table = torch.randn(num_embeddings, embedding_dims, dtype, device);
                if (padding_idx.HasValue)
                {
                    using var row = table.select(0, padding_idx.Value);
                    row.zero_();
                }
                return new(table, false, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);
            }

            public static Modules.Embedding Embedding_from_pretrained(Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null) =>
                new(embeddings.detach(), freeze, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);

            public static Modules.LayerNorm LayerNorm(long[] normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(normalized_shape, eps, elementwise_affine, bias, device, dtype);

            public static Modules.LayerNorm LayerNorm(long normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new([normalized_shape], eps, elementwise_affine, bias, device, dtype);

            public static Modules.Dropout Dropout(double p = 0.5, bool inplace = false) => new(p, inplace);

            public static Modules.Identity Identity() => new();

            public static Modules.GELU GELU() => new(false);

            public static Modules.GELU GELU(bool inplace) => new(inplace);

            public static Modules.ReLU ReLU(bool inplace = false) => new(inplace);

            public static Modules.SiLU SiLU(bool inplace = false) => new(inplace);

            public static Modules.Tanh Tanh() => new();

            public static Modules.Sigmoid Sigmoid() => new();

            public static Modules.Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => new(modules);

            public static Modules.Sequential Sequential(params Module<Tensor, Tensor>[] modules) =>
                new([.. modules.Select(static (module, i) => (i.ToString(System.Globalization.CultureInfo.InvariantCulture), module))]);

            public static Modules.Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) => new([.. modules]);

            public static Modules.ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);
        }
    }
}
