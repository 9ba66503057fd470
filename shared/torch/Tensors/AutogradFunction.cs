using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What a function's forward leaves for its backward.</summary>
        public sealed class AutogradContext
        {
            private readonly Dictionary<string, object> data = new(StringComparer.Ordinal);

            internal AutogradContext()
            {
            }

            internal List<Tensor> Saved { get; private set; } = [];

            internal nint Node { get; set; }

            /// <summary>Keeps tensors until the graph is freed; at most once a forward.</summary>
            public void save_for_backward(List<Tensor> tensors) => Saved = tensors;

            /// <summary>What was saved, in its order. Throws when one was changed in place since.</summary>
            public List<Tensor> get_saved_variables() => [.. Handles.Take(Native.ts_function_saved(Node))];

            /// <summary>Keeps anything that is no tensor.</summary>
            public void save_data(string key, object value) => data[key] = value;

            /// <summary>What <see cref="save_data"/> kept, or null.</summary>
            public object? get_data(string key) => data.GetValueOrDefault(key);
        }

        /// <summary>
        /// A function with a derivative of its own: called through <c>apply</c>, its forward is not recorded, and its backward gives a gradient for every argument,
        /// null for those that are no tensors or need none.
        /// </summary>
        public abstract class MultiTensorFunction<T> where T : MultiTensorFunction<T>, new()
        {
            private static readonly T instance = new();

            /// <summary>What the graph calls it.</summary>
            public abstract string Name { get; }

            /// <summary>The results: new tensors, neither arguments nor views of them.</summary>
            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);

            /// <summary>From the gradient of every result to that of every argument.</summary>
            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            /// <summary>Runs forward and records the function where an argument wants a gradient.</summary>
            public static List<Tensor> apply(params object[] vars)
            {
                var context = new AutogradContext();
                List<Tensor> results;
                using (no_grad()) results = instance.forward(context, vars);
                Tensor[] inputs = [.. vars.OfType<Tensor>()];
                if (is_grad_enabled() && Array.Exists(inputs, static i => i.requires_grad)) Record(context, vars, inputs, results);
                return results;
            }

            private static unsafe void Record(AutogradContext context, object[] vars, Tensor[] inputs, List<Tensor> results)
            {
                // The node keeps what is saved, and the managed side no reference to it.
                var kept = context.Saved;
                context.save_for_backward([]);
                using var from = new Handles(inputs);
                using var to = new Handles(results);
                using var saved = new Handles(kept);
                var state = GCHandle.ToIntPtr(GCHandle.Alloc(new Derivative(context, instance.backward, [.. vars.Select(static v => v is Tensor)])));
                fixed (nint* f = from.Values, t = to.Values, s = saved.Values)
                    Native.ts_function_record(instance.Name, &Derivative.Call, &Derivative.Release, state, f, from.Length, t, to.Length, s, saved.Length);
            }
        }

        /// <summary>The managed half of a node.</summary>
        private sealed class Derivative(AutogradContext context, Func<AutogradContext, List<Tensor>, List<Tensor>> backward, bool[] isTensor)
        {
            [UnmanagedCallersOnly]
            public static unsafe int Call(nint state, nint node, nint* gradients, int count, nint* results, int resultCount)
            {
                try
                {
                    ((Derivative)GCHandle.FromIntPtr(state).Target!).Run(node, new(gradients, count), new(results, resultCount));
                    return 0;
                }
                catch (Exception e)
                {
                    // No exception may pass through native frames.
                    Native.ts_keep_error(e.Message);
                    return 1;
                }
            }

            [UnmanagedCallersOnly]
            public static void Release(nint state) => GCHandle.FromIntPtr(state).Free();

            private void Run(nint node, ReadOnlySpan<nint> gradients, Span<nint> results)
            {
                using var scope = NewDisposeScope();
                var given = new List<Tensor>(gradients.Length);
                foreach (var gradient in gradients) given.Add(new Tensor(Native.ts_share(gradient)));
                context.Node = node;
                var made = backward(context, given);
                if (made.Count != isTensor.Length) throw new InvalidOperationException($"backward gave {made.Count} gradients for {isTensor.Length} arguments");
                var next = 0;
                for (var i = 0; i < made.Count; i++)
                {
                    if (!isTensor[i]) continue;
                    // A gradient may be given more than once, or be what came in: each gets a reference of its own.
                    results[next++] = made[i] is { } gradient ? Native.ts_share(gradient.Handle) : 0;
                }
            }
        }
    }
}
