using MindBridge.Contracts.V1;

namespace MindBridge.Cli.Platform;

/// <summary>What users call things, as the evaluator wants it: by id.</summary>
internal static class EvalNames
{
    /// <param name="clients">The platform.</param>
    /// <param name="name">A memory's name or id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public static async Task<string> MemoryAsync(this PlatformClients clients, string name, CancellationToken cancellationToken) =>
        (await clients.Registry.GetMemoryAsync(new GetMemoryRequest { Memory = name }, cancellationToken: cancellationToken)).Id;

    /// <param name="clients">The platform.</param>
    /// <param name="name">"NAME VERSION", a name of which there is one version, or an id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ArgumentException">There is none, or several.</exception>
    public static async Task<string> LlmAsync(this PlatformClients clients, string name, CancellationToken cancellationToken)
    {
        var found = (await clients.Registry.ListLlmsAsync(new ListLlmsRequest { Retired = true }, cancellationToken: cancellationToken)).Llms.Where(l => l.Id == name || l.Name == name || $"{l.Name} {l.Version}" == name).ToList();
        if (found.Count > 1) found = [.. found.Where(l => l.RetiredAt.Length == 0)];
        return found.Count == 1 ? found[0].Id : throw new ArgumentException(found.Count == 0 ? $"there is no LLM version \"{name}\"; `mindbridge llm list` shows them" : $"there are {found.Count} versions of {name}; write \"{name} VERSION\"");
    }
}
