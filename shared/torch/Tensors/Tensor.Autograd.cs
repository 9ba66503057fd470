namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => Native.ts_requires_grad(this) != 0;
            set => Native.ts_set_requires_grad(this, value ? 1 : 0);
        }

        /// <summary>The accumulated gradient of a leaf, or null.</summary>
        public Tensor? grad
        {
            get
            {
                Native.ts_clear_error();
                var gradient = Native.ts_grad(this);
                return gradient == 0 ? null : new Tensor(gradient);
            }

            set => Native.ts_set_grad(this, value);
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad() => Native.ts_retain_grad(this);

        /// <summary>Adds d(this)/d(leaf) to the gradient of every leaf below.</summary>
        public unsafe void backward() => Native.ts_backward(this, null, -1, 0, null, -1);

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);

        public Tensor detach() => Native.ts_detach(this);

        public Tensor detach_()
        {
            Native.ts_detach_(this);
            return this;
        }
    }

    public static partial class autograd
    {
        /// <summary>Gradients of the outputs with respect to the inputs, without touching <c>grad</c>. Null where unused and allowed.</summary>
        public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            using var from = new Handles([.. outputs]);
            using var to = new Handles([.. inputs]);
            using var weights = new Handles(grad_outputs is null ? [] : [.. grad_outputs]);
            nint[] results;
            fixed (nint* f = from.Values, t = to.Values, w = weights.Values)
            {
                var count = Native.ts_autograd_grad(f, from.Length, t, to.Length, w, weights.Length, retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0);
                results = new nint[count.Value];
                fixed (nint* r = results) Native.ts_take(r);
            }
            return Array.ConvertAll(results, static h => h == 0 ? null! : new Tensor(h));
        }

        public static unsafe void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            using var from = new Handles([.. tensors]);
            using var weights = new Handles(grad_tensors is null ? [] : [.. grad_tensors]);
            using var to = new Handles(inputs is null ? [] : [.. inputs]);
            fixed (nint* f = from.Values, w = weights.Values, t = to.Values)
                Native.ts_autograd_backward(f, from.Length, w, weights.Length, retain_graph ?? create_graph ? 1 : 0, create_graph ? 1 : 0, t, to.Length);
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);
    }

    /// <summary>Nothing is recorded until the result is disposed of.</summary>
    public static IDisposable no_grad() => new AutoGradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new AutoGradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new AutoGradMode(mode);

    public static bool is_grad_enabled() => AutoGradMode.IsAutogradEnabled();

    /// <summary>Like no_grad, and cheaper; its tensors can never take part in autograd.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_inference_mode_enabled() => InferenceMode.IsInferenceModeEnabled();
}

/// <summary>Autograd's recording on this thread, until disposed of.</summary>
internal sealed class AutoGradMode : IDisposable
{
    private readonly bool before;
    private bool ended;

    public AutoGradMode(bool enabled)
    {
        before = IsAutogradEnabled();
        Native.ts_set_grad_enabled(enabled ? 1 : 0);
    }

    public void Dispose()
    {
        if (ended) return;
        ended = true;
        Native.ts_set_grad_enabled(before ? 1 : 0);
    }

    public static bool IsAutogradEnabled() => Native.ts_grad_enabled() != 0;
}

/// <summary>Inference mode on this thread, until disposed of.</summary>
internal sealed class InferenceMode(bool mode) : IDisposable
{
    private nint guard = Native.ts_inference_begin(mode ? 1 : 0);

    public void Dispose()
    {
        if (guard == 0) return;
        Native.ts_inference_end(guard);
        guard = 0;
    }

    public static bool IsInferenceModeEnabled() => Native.ts_inference_enabled() != 0;
}
