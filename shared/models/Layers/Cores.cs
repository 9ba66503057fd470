namespace MindBridge.Models;

/// <summary>How many cores this process may take for one computation.</summary>
public static class Cores
{
    // libtorch's own number is no guide: with OpenBLAS it is best left at one, while products take every core.
    private static readonly int s_count = Math.Max(1, new[] { "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS" }
        .Select(name => int.TryParse(Environment.GetEnvironmentVariable(name), out var count) ? count : 0).FirstOrDefault(count => count > 0, Environment.ProcessorCount));

    /// <summary>As many as BLAS takes for a product: those that OPENBLAS_NUM_THREADS or OMP_NUM_THREADS allows, or all.</summary>
    public static int Count => s_count;
}
