using System.Text.Json;

namespace MindBridge.Evaluator.TryingChallengers;

/// <summary>What ends a canary by itself; a limit of 0 is off.</summary>
/// <param name="LeastRequests">Nothing is judged on fewer of the challenger's requests.</param>
/// <param name="MostErrors">Of 100 requests of the challenger.</param>
/// <param name="MostSlowdown">The challenger's mean time by the champion's.</param>
/// <param name="LeastAgreement">Of 100 compared answers.</param>
/// <param name="AlthoughItFailed">True of a canary that was begun although its bridge had failed its gate: the gate does not end it.</param>
internal sealed record TrafficLimits(int LeastRequests, double MostErrors, double MostSlowdown, double LeastAgreement, bool AlthoughItFailed = false)
{
    private const int Few = 20;

    public static TrafficLimits Read(string? json) => json is null ? new TrafficLimits(0, 0, 0, 0) : JsonSerializer.Deserialize<TrafficLimits>(json, JsonSerializerOptions.Web)!;

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    /// <exception cref="ArgumentException">A limit is out of bounds, or all are off.</exception>
    public TrafficLimits Checked()
    {
        if (LeastRequests < 0) throw new ArgumentException($"limits: least_requests is {LeastRequests}; give 0 or more");
        if (!(MostErrors >= 0 && MostErrors <= 100)) throw new ArgumentException($"limits: most_errors is {MostErrors}; give 0 to 100 of 100 requests");
        if (!(MostSlowdown >= 0 && double.IsFinite(MostSlowdown))) throw new ArgumentException($"limits: most_slowdown is {MostSlowdown}; give how many times the champion's time is too much, or 0");
        if (!(LeastAgreement >= 0 && LeastAgreement <= 100)) throw new ArgumentException($"limits: least_agreement is {LeastAgreement}; give 0 to 100 of 100 answers");
        if (MostErrors == 0 && MostSlowdown == 0 && LeastAgreement == 0) throw new ArgumentException("limits: all are off, so nothing would stop the canary; give most_errors, most_slowdown or least_agreement");
        return LeastRequests == 0 ? this with { LeastRequests = Few } : this;
    }

    /// <summary>Why the canary must end, a sentence; null while it may go on.</summary>
    public string? Breach(TrafficTotal total)
    {
        if (total.OfChallenger.Requests >= LeastRequests)
        {
            var errors = 100.0 * total.OfChallenger.Errors / Math.Max(1, total.OfChallenger.Requests);
            if (MostErrors > 0 && errors > MostErrors) return FormattableString.Invariant($"{errors:0.0} of 100 requests of the challenger failed ({total.OfChallenger.Errors} of {total.OfChallenger.Requests}); at most {MostErrors:0.0} are allowed");
            if (MostSlowdown > 0 && total.OfChampion.Requests > 0 && total.OfChallenger.Mean > MostSlowdown * total.OfChampion.Mean)
                return FormattableString.Invariant($"the challenger takes {total.OfChallenger.Mean:0.0} ms a request, the champion {total.OfChampion.Mean:0.0} ms; at most {MostSlowdown:0.##} times as long is allowed");
        }

        var agreement = 100.0 * total.Agreed / Math.Max(1, total.Compared);
        return LeastAgreement > 0 && total.Compared >= Math.Max(1, LeastRequests) && agreement < LeastAgreement
            ? FormattableString.Invariant($"{agreement:0.0} of 100 answers agree with the champion's ({total.Agreed} of {total.Compared}); at least {LeastAgreement:0.0} must")
            : null;
    }
}

/// <summary>Requests of one bridge.</summary>
internal sealed record TrafficCount(long Requests, long Errors, double Milliseconds)
{
    public double Mean => Requests == 0 ? 0 : Milliseconds / Requests;
}

/// <summary>What was reported of champion and challenger since the trial began.</summary>
internal sealed record TrafficTotal(TrafficCount OfChampion, TrafficCount OfChallenger, long Compared, long Agreed);
