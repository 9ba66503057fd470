using Grpc.Core;
using MindBridge.Memory.Splits;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EncoderTrainer.PlanningShards;

/// <summary>An edit that stood at a commit, with everything that may train or score it.</summary>
internal sealed record StandingEdit
{
    public required Guid Fact { get; init; }

    public required long Sequence { get; init; }

    public required string Subject { get; init; }

    public string? Relation { get; init; }

    public required string Object { get; init; }

    public required string Prompt { get; init; }

    public string? OldObject { get; init; }

    public IReadOnlyList<string> Wordings { get; init; } = [];

    public IReadOnlyList<string> Paraphrases { get; init; } = [];

    public IReadOnlyList<LocalityPrompt> Locality { get; init; } = [];
}

/// <summary>A prompt whose answer must stay.</summary>
internal sealed record LocalityPrompt(string Prompt, string Answer);

/// <summary>Asks the registry for what a memory held at a commit.</summary>
internal sealed class StandingEdits(ServiceClients services)
{
    /// <summary>In the order of their sequence.</summary>
    public async Task<IReadOnlyList<StandingEdit>> ReadAsync(string tenant, Guid memory, long commit, CancellationToken cancellationToken)
    {
        var edits = new List<StandingEdit>();
        using var call = services.EditRegistry(tenant).ReadEdits(new Wire.ReadEditsRequest { Memory = memory.ToString(), CommitSequence = commit }, cancellationToken: cancellationToken);
        await foreach (var recorded in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            var edit = recorded.Edit;
            edits.Add(new StandingEdit
            {
                Fact = Guid.Parse(recorded.FactId),
                Sequence = recorded.Sequence,
                Subject = edit.Subject,
                Relation = Absent(edit.Relation),
                Object = edit.Object,
                Prompt = edit.Prompt,
                OldObject = Absent(edit.OldObject),
                Wordings = [.. edit.Wordings],
                Paraphrases = [.. edit.Paraphrases],
                Locality = [.. edit.Locality.Select(probe => new LocalityPrompt(probe.Prompt, probe.Answer))],
            });
        }

        return edits;
    }

    /// <summary>The memory's out-of-scope prompts as they are now: they have no history.</summary>
    public async Task<IReadOnlyList<GeneralPrompt>> ReadOutOfScopeAsync(string tenant, Guid memory, CancellationToken cancellationToken)
    {
        var prompts = new List<GeneralPrompt>();
        using var call = services.EditRegistry(tenant).ReadOutOfScope(new Wire.ReadOutOfScopeRequest { Memory = memory.ToString() }, cancellationToken: cancellationToken);
        await foreach (var prompt in call.ResponseStream.ReadAllAsync(cancellationToken)) prompts.Add(new GeneralPrompt(prompt.Prompt, Absent(prompt.Answer), Absent(prompt.Subject)) { Wordings = [.. prompt.Wordings] });
        return prompts;
    }

    private static string? Absent(string text) => text.Length == 0 ? null : text;
}
