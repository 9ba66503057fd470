using System.Diagnostics.Metrics;
using MindBridge.Platform.Metrics;

namespace MindBridge.Inference.Generating;

/// <summary>What inference counts and times; by LLM version, never by tenant.</summary>
internal static class AnswerInstruments
{
    public static readonly Counter<long> Tokens = Instruments.Meter.CreateCounter<long>("mindbridge.tokens", null, "Tokens written, by LLM version.");

    public static readonly Histogram<double> Answers = Instruments.Meter.CreateHistogram<double>(
        "mindbridge.answer.duration", "s", "How long answers took, waiting included, by LLM version and how they ended.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60] });
}
