using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using static TorchSharp.torch;

[assembly: DisableRuntimeMarshalling]

namespace TorchSharp;

/// <summary>A tensor crosses as its handle, is kept alive during the call, and a null result is the last native error.</summary>
[CustomMarshaller(typeof(Tensor), MarshalMode.ManagedToUnmanagedIn, typeof(In))]
[CustomMarshaller(typeof(Tensor), MarshalMode.ManagedToUnmanagedOut, typeof(Out))]
internal static class TensorMarshaller
{
    public ref struct In
    {
        private Tensor? tensor;

        public void FromManaged(Tensor? managed) => tensor = managed;

        public readonly nint ToUnmanaged() => tensor is null ? 0 : tensor.Handle;

        public readonly void OnInvoked() => GC.KeepAlive(tensor);

        public readonly void Free() { }
    }

    public static class Out
    {
        public static Tensor ConvertToManaged(nint handle)
        {
            if (handle == 0) NativeError.Throw();
            return new Tensor(handle);
        }
    }
}

[CustomMarshaller(typeof(Scalar), MarshalMode.ManagedToUnmanagedIn, typeof(ScalarMarshaller))]
internal static class ScalarMarshaller
{
    public static Number ConvertToUnmanaged(Scalar managed) => managed.Number;
}

/// <summary>0 = done; anything else throws the last native error.</summary>
[NativeMarshalling(typeof(StatusMarshaller))]
internal readonly struct Status;

[CustomMarshaller(typeof(Status), MarshalMode.ManagedToUnmanagedOut, typeof(StatusMarshaller))]
internal static class StatusMarshaller
{
    public static Status ConvertToManaged(int status)
    {
        if (status != 0) NativeError.Throw();
        return default;
    }
}

/// <summary>How many tensors wait in ts_take; negative throws the last native error.</summary>
[NativeMarshalling(typeof(CountMarshaller))]
internal readonly record struct Count(int Value);

[CustomMarshaller(typeof(Count), MarshalMode.ManagedToUnmanagedOut, typeof(CountMarshaller))]
internal static class CountMarshaller
{
    public static Count ConvertToManaged(int count)
    {
        if (count < 0) NativeError.Throw();
        return new(count);
    }
}

/// <summary>1 yes, 0 no; negative throws the last native error.</summary>
[NativeMarshalling(typeof(AnswerMarshaller))]
internal readonly record struct Answer(bool Yes);

[CustomMarshaller(typeof(Answer), MarshalMode.ManagedToUnmanagedOut, typeof(AnswerMarshaller))]
internal static class AnswerMarshaller
{
    public static Answer ConvertToManaged(int answer)
    {
        if (answer < 0) NativeError.Throw();
        return new(answer != 0);
    }
}

/// <summary>A scalar by value: kind 0 = integer, 1 = floating point, 2 = boolean.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Number(long kind, long bits)
{
    public readonly long Kind = kind;
    public readonly long Bits = bits;

    public static implicit operator Number(double value) => new(1, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Number(long value) => new(0, value);

    public static implicit operator Number(bool value) => new(2, value ? 1 : 0);
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeIndex
{
    public long Kind, A, B, C;
    public nint Tensor;
}

[StructLayout(LayoutKind.Sequential)]
internal struct AdamSettings
{
    public double LearningRate, Beta1, Beta2, Epsilon, Decay;
    public long Decoupled, Maximize, AmsGrad;
}

internal static class NativeError
{
    /// <summary>Throws the message of this thread's last native failure.</summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public static void Throw()
    {
        var message = Marshal.PtrToStringUTF8(Native.ts_error()) ?? "";
        // libtorch appends "Exception raised from ..." and frames after the sentence that says what is wrong.
        var end = message.IndexOf("\nException raised from", StringComparison.Ordinal);
        if (end >= 0) message = message[..end];
        throw new ExternalException(message.TrimEnd());
    }
}

/// <summary>The handles of several tensors side by side; keeps the tensors alive until disposed.</summary>
internal readonly ref struct Handles
{
    private readonly IReadOnlyList<Tensor> tensors;
    public readonly nint[] Values;

    public Handles(IReadOnlyList<Tensor> tensors)
    {
        this.tensors = tensors;
        Values = new nint[tensors.Count];
        for (var i = 0; i < Values.Length; i++) Values[i] = tensors[i].Handle;
    }

    public int Length => Values.Length;

    public void Dispose() => GC.KeepAlive(tensors);

    /// <summary>Wraps the tensors that wait in the native library.</summary>
    public static unsafe Tensor[] Take(Count count)
    {
        var handles = new nint[count.Value];
        fixed (nint* p = handles) Native.ts_take(p);
        return Array.ConvertAll(handles, static h => new Tensor(h));
    }
}
