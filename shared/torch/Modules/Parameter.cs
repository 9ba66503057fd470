using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A tensor that is trained. It takes the given tensor over, which is invalid afterwards.</summary>
        public class Parameter : torch.Tensor
        {
            public Parameter(torch.Tensor data, bool requires_grad = true) : base(Take(data, requires_grad, out var scope))
            {
                // A parameter belongs where its data belonged, not to the scope that happens to be open.
                if (scope is null) OwningDisposeScope?.Detach(this);
                else if (!ReferenceEquals(scope, OwningDisposeScope)) OwningDisposeScope?.MoveToOther(scope, this);
            }

            internal Parameter(nint handle) : base(handle) { }

            private static nint Take(torch.Tensor data, bool requires_grad, out DisposeScope? scope)
            {
                data.requires_grad = requires_grad;
                scope = data.OwningDisposeScope;
                return data.DecoupleFromNativeHandle();
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);

            public static Parameter Parameter(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = true) =>
                new(empty(size, dtype, device), requires_grad);
        }
    }
}
