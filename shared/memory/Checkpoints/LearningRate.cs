namespace MindBridge.Memory.Checkpoints;

/// <summary>Linear warm-up, then half a cosine down to zero.</summary>
public static class LearningRate
{
    /// <summary>The rate of step <paramref name="step"/> (0-based) of <paramref name="steps"/>.</summary>
    /// <param name="peak">The highest rate.</param>
    /// <param name="warmUp">The part of all steps, 0 to 1, over which the rate rises.</param>
    public static double At(double peak, long step, long steps, double warmUp)
    {
        var rise = Math.Max(1, (long)(warmUp * steps));
        var fall = 0.5 * (1 + Math.Cos(Math.PI * Math.Max(0, step - rise) / Math.Max(1.0, steps - rise)));
        return peak * Math.Min((step + 1.0) / rise, fall);
    }
}
