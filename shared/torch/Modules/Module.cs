using System.Reflection;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Names a field's parameter, buffer or submodule other than by the field's name.</summary>
[AttributeUsage(AttributeTargets.Field)]
public class ComponentNameAttribute : Attribute
{
    public string? Name { get; set; }
}

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A part of a network: parameters, buffers and submodules under names.</summary>
        public class Module : IDisposable
        {
            // In the order of registration, which fixes the order of parameters and files.
            private readonly OrderedDictionary<string, Parameter> ownParameters = [];
            private readonly OrderedDictionary<string, (Tensor Tensor, bool Persistent)> ownBuffers = [];
            private readonly OrderedDictionary<string, Module> children_ = [];
            private readonly string name;
            private bool registered;

            protected Module(string name) => this.name = name;

            /// <summary>Registers every field that holds a parameter, a buffer or a module. Constructors call it at their end.</summary>
            protected virtual void RegisterComponents()
            {
                if (registered) return;
                registered = true;
                foreach (var field in Fields())
                {
                    var component = field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name;
                    switch (field.GetValue(this))
                    {
                        case Module module: register_module(component, module); break;
                        case Parameter parameter: ConditionallyRegisterParameter(component, parameter); break;
                        case Tensor tensor: ConditionallyRegisterBuffer(component, tensor); break;
                    }
                }
            }

            private IEnumerable<FieldInfo> Fields()
            {
                for (var type = GetType(); type is not null && type != typeof(Module); type = type.BaseType)
                {
                    foreach (var field in type.GetFields(BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)) yield return field;
                }
            }

            public virtual string GetName() => name;

            public virtual bool training { get; private set; } = true;

            public virtual void train(bool train = true)
            {
                training = train;
                foreach (var child in children_.Values) child.train(train);
            }

            public virtual void eval() => train(false);

            public virtual void register_parameter(string name, Parameter param)
            {
                ArgumentNullException.ThrowIfNull(param);
                if (!ownParameters.TryAdd(name, param)) throw new InvalidOperationException($"Parameter {name} is already registered.");
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                if (!ownBuffers.TryAdd(name, (tensor, persistent))) throw new InvalidOperationException($"Tensor {name} is already registered.");
            }

            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null)
                {
                    children_.Remove(name);
                    return;
                }
                if (name.Contains('.', StringComparison.Ordinal)) throw new ArgumentException($"module name can't contain \".\", got: {name}");
                if (name.Length == 0) throw new ArgumentException("module name can't be empty string \"\"");
                submodule.RegisterComponents();
                if (!children_.TryAdd(name, submodule)) throw new InvalidOperationException($"Sub-module {name} is already registered.");
            }

            public void add_module(string name, Module module) => register_module(name, module);

            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                if (value is null) ownParameters.Remove(name);
                else ownParameters[name] = value;
            }

            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                if (value is null) ownBuffers.Remove(name);
                else ownBuffers[name] = (value, persistent);
            }

            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                return NamedParameters("", recurse, seen).ToList();
            }

            private IEnumerable<(string name, Parameter parameter)> NamedParameters(string prefix, bool recurse, HashSet<Tensor> seen)
            {
                foreach (var (key, parameter) in ownParameters)
                    if (!parameter.IsInvalid && seen.Add(parameter)) yield return (prefix + key, parameter);
                if (!recurse) yield break;
                foreach (var (key, child) in children_)
                    foreach (var entry in child.NamedParameters($"{prefix}{key}.", true, seen)) yield return entry;
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(static entry => entry.parameter);

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                foreach (var (key, entry) in ownBuffers)
                    if (!entry.Tensor.IsInvalid && (entry.Persistent || include_nonpersistent)) yield return (key, entry.Tensor);
                if (!recurse) yield break;
                foreach (var (key, child) in children_)
                    foreach (var (inner, buffer) in child.named_buffers(true, include_nonpersistent)) yield return ($"{key}.{inner}", buffer);
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) => named_buffers(recurse, include_nonpersistent).Select(static entry => entry.buffer);

            public virtual IEnumerable<(string name, Module module)> named_children() => children_.Select(static entry => (entry.Key, entry.Value));

            public virtual IEnumerable<Module> children() => children_.Values;

            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var (key, child) in children_)
                {
                    yield return (key, child);
                    foreach (var (inner, module) in child.named_modules()) yield return ($"{key}.{inner}", module);
                }
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(static entry => entry.module);

            public virtual Parameter? get_parameter(string target) => named_parameters().FirstOrDefault(entry => entry.name == target).parameter;

            public virtual Tensor? get_buffer(string target) => named_buffers().FirstOrDefault(entry => entry.name == target).buffer;

            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            public virtual Module apply(Action<Module> fn)
            {
                foreach (var child in children_.Values) child.apply(fn);
                fn(this);
                return this;
            }

            /// <summary>Parameters and persistent buffers by name; the tensors themselves, not copies.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var before = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (key, parameter) in ownParameters) destination.TryAdd(before + key, parameter);
                foreach (var (key, entry) in ownBuffers)
                    if (entry.Persistent) destination.TryAdd(before + key, entry.Tensor);
                foreach (var (key, child) in children_) child.state_dict(destination, before + key);
                return destination;
            }

            /// <summary>Copies values into parameters and buffers. Throws <see cref="InvalidOperationException"/> when strict and the names differ.</summary>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var destination = state_dict();
                var missing = destination.Keys.Where(key => !source.ContainsKey(key) && skip?.Contains(key) != true).ToList();
                var unexpected = source.Keys.Where(key => !destination.ContainsKey(key) && skip?.Contains(key) != true).ToList();
                if (strict && (missing.Count > 0 || unexpected.Count > 0))
                    throw new InvalidOperationException($"The loaded state_dict is not identical to the target dictionary; missing: {string.Join(", ", missing)}; unexpected: {string.Join(", ", unexpected)}");
                using var off = no_grad();
                foreach (var (key, value) in source)
                    if (skip?.Contains(key) != true && destination.TryGetValue(key, out var target)) target.copy_(value);
                return (missing, unexpected);
            }

            public Module save(string location, IList<string>? skip = null)
            {
                using var stream = File.Create(location);
                return save(stream, skip);
            }

            public Module save(Stream stream, IList<string>? skip = null)
            {
                using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
                return save(writer, skip);
            }

            public Module save(BinaryWriter writer, IList<string>? skip = null)
            {
                var entries = state_dict().Where(entry => skip?.Contains(entry.Key) != true).ToList();
                writer.Encode(entries.Count);
                foreach (var (key, tensor) in entries)
                {
                    writer.Write(key);
                    tensor.Save(writer);
                }
                return this;
            }

            public virtual Module load(string location, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                if (!File.Exists(location)) throw new FileNotFoundException(location);
                using var stream = File.OpenRead(location);
                using var reader = new BinaryReader(stream);
                return load(reader, strict, skip, loadedParameters);
            }

            public virtual Module load(BinaryReader reader, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                var entries = state_dict();
                var count = reader.Decode();
                if (strict && count != entries.Count) throw new ArgumentException($"Mismatched state_dict sizes: expected {entries.Count}, but found {count} entries.");
                for (long i = 0; i < count; i++)
                {
                    var key = reader.ReadString();
                    var found = entries.TryGetValue(key, out var target);
                    if (!found && strict) throw new ArgumentException($"Mismatched module state names: the target modules does not have a submodule or buffer named '{key}'");
                    loadedParameters?.TryAdd(key, found);
                    if (found && skip?.Contains(key) != true) target!.Load(reader);
                    else SkipTensor(reader);
                }
                return this;
            }

            private static void SkipTensor(BinaryReader reader)
            {
                var bytes = (long)((ScalarType)reader.Decode()).ElementSize();
                var dimensions = reader.Decode();
                for (long i = 0; i < dimensions; i++) bytes *= reader.Decode();
                reader.BaseStream.Seek(bytes, SeekOrigin.Current);
            }

            public virtual void zero_grad(bool set_to_none = true) => Gradients.Clear([.. parameters()], set_to_none);

            internal Module Move(Device? device, ScalarType? dtype)
            {
                if (device is not null) InitializeDeviceType(device.type);
                using var off = no_grad();
                foreach (var (_, parameter) in named_parameters()) Change(parameter);
                foreach (var (_, buffer) in named_buffers())
                    if (device is not null || buffer.is_floating_point()) Change(buffer);
                return this;

                // The tensor objects stay, so that an optimizer and the fields of modules keep pointing at them.
                void Change(Tensor tensor)
                {
                    var type = dtype.HasValue && tensor.is_floating_point() ? dtype.Value : tensor.dtype;
                    var place = device ?? tensor.device;
                    if (type == tensor.dtype && place == tensor.device) return;
                    using var scope = NewDisposeScope();
                    var gradient = tensor.grad;
                    var wanted = tensor.requires_grad;
                    tensor.grad = null;
                    tensor.SetData(tensor.detach().to(type, place));
                    if (gradient is not null) tensor.grad = gradient.to(type, place);
                    tensor.requires_grad = wanted;
                }
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing) return;
                foreach (var parameter in ownParameters.Values) parameter.Dispose();
                foreach (var (tensor, _) in ownBuffers.Values) tensor.Dispose();
                foreach (var child in children_.Values) child.Dispose();
            }
        }

        public abstract class Module<T, TResult> : Module, IModule<T, TResult>
        {
            protected Module(string name) : base(name) { }

            public abstract TResult forward(T input);

            public TResult call(T input) => forward(input);
        }

        public abstract class Module<T1, T2, TResult> : Module, IModule<T1, T2, TResult>
        {
            protected Module(string name) : base(name) { }

            public abstract TResult forward(T1 input1, T2 input2);

            public TResult call(T1 input1, T2 input2) => forward(input1, input2);
        }

        public abstract class Module<T1, T2, T3, TResult> : Module, IModule<T1, T2, T3, TResult>
        {
            protected Module(string name) : base(name) { }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3);

            public TResult call(T1 input1, T2 input2, T3 input3) => forward(input1, input2, input3);
        }

        public abstract class Module<T1, T2, T3, T4, TResult> : Module, IModule<T1, T2, T3, T4, TResult>
        {
            protected Module(string name) : base(name) { }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3, T4 input4);

            public TResult call(T1 input1, T2 input2, T3 input3, T4 input4) => forward(input1, input2, input3, input4);
        }

        public abstract class Module<T1, T2, T3, T4, T5, TResult> : Module
        {
            protected Module(string name) : base(name) { }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5);

            public TResult call(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5) => forward(input1, input2, input3, input4, input5);
        }

        public interface IModule<in T, out TResult>
        {
            TResult call(T input);
        }

        public interface IModule<in T1, in T2, out TResult>
        {
            TResult call(T1 input1, T2 input2);
        }

        public interface IModule<in T1, in T2, in T3, out TResult>
        {
            TResult call(T1 input1, T2 input2, T3 input3);
        }

        public interface IModule<in T1, in T2, in T3, in T4, out TResult>
        {
            TResult call(T1 input1, T2 input2, T3 input3, T4 input4);
        }
    }
}

/// <summary>Moving modules keeps their static type.</summary>
public static class ModuleExtensionMethods
{
    public static T to<T>(this T module, Device device, ScalarType type, bool non_blocking = false) where T : nn.Module => (T)module.Move(device, type);

    public static T to<T>(this T module, Device device, bool non_blocking = false) where T : nn.Module => (T)module.Move(device, null);

    public static T to<T>(this T module, DeviceType deviceType, int deviceIndex = -1, bool non_blocking = false) where T : nn.Module => (T)module.Move(new Device(deviceType, deviceIndex), null);

    public static T to<T>(this T module, ScalarType type, bool non_blocking = false) where T : nn.Module => (T)module.Move(null, type);

    public static T to<T>(this T module, string device, bool non_blocking = false) where T : nn.Module => (T)module.Move(new Device(device), null);

    public static T cpu<T>(this T module) where T : nn.Module => (T)module.Move(torch.CPU, null);

    public static T cuda<T>(this T module, int deviceIndex = -1) where T : nn.Module => (T)module.Move(new Device(DeviceType.CUDA, deviceIndex), null);

    public static T half<T>(this T module) where T : nn.Module => (T)module.Move(null, ScalarType.Float16);

    public static T @float<T>(this T module) where T : nn.Module => (T)module.Move(null, ScalarType.Float32);

    public static T @double<T>(this T module) where T : nn.Module => (T)module.Move(null, ScalarType.Float64);

    public static T bfloat16<T>(this T module) where T : nn.Module => (T)module.Move(null, ScalarType.BFloat16);
}
