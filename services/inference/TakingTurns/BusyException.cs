namespace MindBridge.Inference.TakingTurns;

/// <summary>More requests wait than may; its message says what to do. RESOURCE_EXHAUSTED over gRPC, 429 over HTTP.</summary>
internal sealed class BusyException(string message) : Exception(message)
{
    /// <exception cref="BusyException">As many of a tenant's requests wait as may.</exception>
    public static void ThrowIfMore(int waiting, int most, string what)
    {
        if (waiting >= most) throw new BusyException($"{waiting} of your requests wait for {what} already; send fewer at once, or try again in a moment");
    }
}
