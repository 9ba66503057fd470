using TorchSharp.Modules;

namespace TorchSharp
{
    /// <summary>What is done to the gradients of many parameters in one native call.</summary>
    internal static unsafe class Gradients
    {
        public static void Clear(IReadOnlyList<Parameter> parameters, bool drop)
        {
            using var held = new Handles(parameters);
            fixed (nint* p = held.Values) Native.ts_zero_grads(p, held.Length, drop ? 1 : 0);
        }

        public static double Clip(IReadOnlyList<Parameter> parameters, double max, double p)
        {
            using var held = new Handles(parameters);
            double total;
            fixed (nint* handles = held.Values) Native.ts_clip_grad_norm(handles, held.Length, max, p, &total);
            return total;
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static partial class utils
            {
                /// <summary>Scales all gradients so that their common norm is at most max_norm. Gives the norm before.</summary>
                public static double clip_grad_norm_(IEnumerable<Parameter> parameters, double max_norm, double norm_type = 2.0) => Gradients.Clip([.. parameters], max_norm, norm_type);

                /// <summary>Limits every gradient element to [-clip_value, clip_value].</summary>
                public static void clip_grad_value_(IEnumerable<Parameter> parameters, double clip_value)
                {
                    using var off = no_grad();
                    foreach (var parameter in parameters)
                    {
                        using var gradient = parameter.grad;
                        gradient?.clamp_(-clip_value, clip_value);
                    }
                }
            }
        }
    }
}
