using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A tensor: one reference to a native one. It is freed by <see cref="Dispose()"/>, by the dispose scope it was made in,
    /// or, when no scope owns it, by the garbage collector.
    /// </summary>
    [NativeMarshalling(typeof(TensorMarshaller))]
    [DebuggerDisplay("{ToString(),nq}")]
    public partial class Tensor : IDisposable
    {
        internal nint handle;
        internal DisposeScope? OwningDisposeScope;
        internal int PlaceInScope;

        // Only a tensor without a scope needs a finalizer; keeping it in an object of its own makes all others cheap.
        private Guard? guard;

        private static long totalCount;
        private static long peakCount;

        internal Tensor(nint handle)
        {
            this.handle = handle;
            var count = Interlocked.Increment(ref totalCount);
            if (count > peakCount) peakCount = count;
            var manager = DisposeScopeManager.ThreadSingleton;
            if (manager.Innermost is { } scope)
            {
                manager.StatisticsInstance.Tensors.CreatedInScopeCount++;
                scope.Own(this);
            }
            else
            {
                manager.StatisticsInstance.Tensors.CreatedOutsideScopeCount++;
                guard = new Guard(handle);
            }
        }

        /// <summary>How many tensors are alive in managed code.</summary>
        public static long TotalCount => totalCount;

        /// <summary>The most that were alive at once.</summary>
        public static long PeakCount => peakCount;

        public string? name { get; set; }

        /// <summary>Wraps a native tensor and takes over its reference.</summary>
        public static Tensor UnsafeCreateTensor(IntPtr handle) => new(handle);

        /// <summary>The native handle. Throws <see cref="InvalidOperationException"/> after disposal.</summary>
        public IntPtr Handle
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get
            {
                if (handle == 0) ThrowDisposed();
                return handle;
            }
        }

        public bool IsInvalid => handle == 0;

        private static void ThrowDisposed() => throw new InvalidOperationException("Tensor invalid -- empty handle. It was disposed of, by hand or by the dispose scope it was made in.");

        public void Dispose()
        {
            if (handle == 0) return;
            if (OwningDisposeScope is { } scope) scope.MarkAsDisposed(this);
            else DisposeScopeManager.ThreadSingleton.StatisticsInstance.Tensors.DisposedOutsideScopeCount++;
            Release();
        }

        internal void Release()
        {
            var released = handle;
            if (released == 0) return;
            handle = 0;
            DropGuard();
            Interlocked.Decrement(ref totalCount);
            Native.ts_dispose(released);
        }

        internal void DropGuard()
        {
            if (guard is null) return;
            guard.Disarm();
            guard = null;
        }

        internal void RaiseGuard()
        {
            if (handle != 0) guard ??= new Guard(handle);
        }

        /// <summary>Gives the native reference away; this object is invalid afterwards.</summary>
        public IntPtr DecoupleFromNativeHandle()
        {
            var given = Handle;
            if (OwningDisposeScope is { } scope) scope.MarkAsDisposed(this);
            else DisposeScopeManager.ThreadSingleton.StatisticsInstance.Tensors.DisposedOutsideScopeCount++;
            handle = 0;
            DropGuard();
            Interlocked.Decrement(ref totalCount);
            return given;
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(DisposeScope? scope)
        {
            if (OwningDisposeScope is null && scope is not null) scope.Attach(this);
            else OwningDisposeScope?.MoveToOther(scope, this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

        /// <summary>Frees the native tensor of a managed one that was forgotten.</summary>
        private sealed class Guard
        {
            // The collector sees a few dozen bytes where megabytes hang; of those it is told.
            private const long Heavy = 1 << 20;

            private readonly long weight;
            private nint handle;

            public Guard(nint handle)
            {
                this.handle = handle;
                weight = Native.ts_weight(handle);
                if (weight >= Heavy) GC.AddMemoryPressure(weight);
            }

            public void Disarm()
            {
                handle = 0;
                GC.SuppressFinalize(this);
                if (weight >= Heavy) GC.RemoveMemoryPressure(weight);
            }

            ~Guard()
            {
                if (handle == 0) return;
                Interlocked.Decrement(ref totalCount);
                Native.ts_dispose(handle);
                if (weight >= Heavy) GC.RemoveMemoryPressure(weight);
            }
        }
    }
}
