using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.SendingWebhooks;
using MindBridge.Evaluator.TryingChallengers;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Rpc;

/// <content>Of what is tried on users, and who is told.</content>
internal static partial class WireForms
{
    /// <exception cref="ArgumentException">A count is below zero, or an id none.</exception>
    public static TrafficReport Report(Wire.ReportTrafficRequest request)
    {
        var (champion, challenger) = (request.OfChampion ?? new Wire.TrafficCounts(), request.OfChallenger ?? new Wire.TrafficCounts());
        if (champion.Requests < 0 || champion.Errors < 0 || challenger.Requests < 0 || challenger.Errors < 0 || request.Compared < 0 || request.Agreed < 0 || !(champion.Milliseconds >= 0 && challenger.Milliseconds >= 0)
            || !double.IsFinite(champion.Milliseconds + challenger.Milliseconds))
            throw new ArgumentException("a count of the report is below zero, or no number; count what was answered since the report before");
        if (champion.Errors > champion.Requests || challenger.Errors > challenger.Requests || request.Agreed > request.Compared) throw new ArgumentException("the report counts more errors than requests, or more agreements than comparisons; count errors and agreements among them");
        return new TrafficReport
        {
            Id = Id("id", request.Id), MemoryId = Id("memory_id", request.MemoryId), LlmId = Id("llm_id", request.LlmId), Reporter = request.Reporter, Champion = request.Champion, Challenger = request.Challenger,
            ChampionRequests = champion.Requests, ChampionErrors = champion.Errors, ChampionMilliseconds = champion.Milliseconds,
            ChallengerRequests = challenger.Requests, ChallengerErrors = challenger.Errors, ChallengerMilliseconds = challenger.Milliseconds,
            Compared = request.Compared, Agreed = request.Agreed,
        };
    }

    public static Wire.Traffic Traffic(Deployment deployment, TrafficTotal total) => new()
    {
        Champion = deployment.Champion ?? "",
        Challenger = deployment.Challenger ?? "",
        OfChampion = Counts(total.OfChampion),
        OfChallenger = Counts(total.OfChallenger),
        Compared = total.Compared,
        Agreed = total.Agreed,
        Since = Moment(deployment.TrialSince),
    };

    public static Wire.TrafficLimits Limits(TrafficLimits limits) => new() { LeastRequests = limits.LeastRequests, MostErrors = limits.MostErrors, MostSlowdown = limits.MostSlowdown, LeastAgreement = limits.LeastAgreement };

    public static Wire.Webhook Webhook(Webhook webhook) => new() { Id = webhook.Id.ToString(), Url = webhook.Url, Events = { webhook.Wanted }, CreatedBy = webhook.CreatedBy, CreatedAt = Moment(webhook.CreatedAt) };

    public static Wire.Delivery Delivery(DeliveryLog log) => new()
    {
        Id = log.Delivery.Id.ToString(),
        WebhookId = log.Delivery.WebhookId.ToString(),
        Event = log.Delivery.Event,
        State = log.Delivery.DeliveredAt is not null ? "delivered" : log.GivenUp ? "given up" : "waiting",
        Attempts = { log.Attempts.Select(a => new Wire.DeliveryAttempt { At = Moment(a.MadeAt), Status = a.Status, Reason = a.Reason ?? "", Milliseconds = a.Milliseconds }) },
        CreatedAt = Moment(log.Delivery.CreatedAt),
        Body = log.Delivery.Body,
    };

    private static Wire.TrafficCounts Counts(TrafficCount count) => new() { Requests = count.Requests, Errors = count.Errors, Milliseconds = count.Milliseconds };
}
