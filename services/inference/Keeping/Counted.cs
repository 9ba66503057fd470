namespace MindBridge.Inference.Keeping;

/// <summary>Something costly that several use at once. It is disposed of when its owner has let go of it and the last use has ended, whichever comes later.</summary>
internal sealed class Counted<T>(T value)
    where T : class, IDisposable
{
    // The owner counts as one; from zero there is no way back.
    private int uses = 1;

    public T Value => value;

    /// <summary>True when only the owner holds it.</summary>
    public bool IsIdle => Volatile.Read(ref uses) == 1;

    /// <summary>A use, to be disposed of when it ends; null when the value is gone already.</summary>
    public Use<T>? TryUse()
    {
        for (var now = Volatile.Read(ref uses); now > 0; now = Volatile.Read(ref uses))
            if (Interlocked.CompareExchange(ref uses, now + 1, now) == now) return new Use<T>(this);
        return null;
    }

    /// <summary>The owner lets go, if nobody else uses the value; false when somebody does.</summary>
    public bool TryLetGoIdle()
    {
        if (Interlocked.CompareExchange(ref uses, 0, 1) != 1) return false;
        value.Dispose();
        return true;
    }

    /// <summary>One use less: the owner's, once, or that of a <see cref="Use{T}"/>.</summary>
    public void End()
    {
        if (Interlocked.Decrement(ref uses) == 0) value.Dispose();
    }
}

/// <summary>One use of a <see cref="Counted{T}"/>: as long as it lasts, so does the value.</summary>
internal sealed class Use<T>(Counted<T> counted) : IDisposable
    where T : class, IDisposable
{
    private int ended;

    public T Value => counted.Value;

    /// <summary>A further use of the same value; null when this one has ended and the value is gone.</summary>
    public Use<T>? TryAgain() => counted.TryUse();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref ended, 1) == 0) counted.End();
    }
}
