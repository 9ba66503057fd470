namespace MindBridge.Inference.CallingVllm;

/// <summary>An LLM version whose texts a vLLM server writes; an entry of the configuration list <c>Inference:Vllm</c>.</summary>
public sealed record VllmSettings
{
    /// <summary>The version as people write it, "NAME VERSION": another version of the name has other embeddings, and needs a server of its own.</summary>
    public string Llm { get; init; } = "";

    /// <summary>Where the server is, without <c>/v1</c>; empty: the version's texts are written here.</summary>
    public string Address { get; init; } = "";

    /// <summary>The name under which the server has the LLM.</summary>
    public string Model { get; init; } = "";

    /// <summary>The server's API key; empty: none.</summary>
    public string Key { get; init; } = "";

    /// <summary>The longest that the server may say nothing, waiting in its queue included.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <exception cref="ArgumentException">A setting will not do; the message names it.</exception>
    internal void Check(int place)
    {
        var name = $"Inference:Vllm:{place}";
        if (string.IsNullOrWhiteSpace(Llm)) throw new ArgumentException($"{name}:Llm is empty; give the LLM version whose texts the server writes, for example \"demo-gpt 1\"");
        if (Address.Length == 0) return;
        if (!Uri.TryCreate(Address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length + uri.Query.Length + uri.Fragment.Length > 0)
            throw new ArgumentException($"{name}:Address is no plain address; give one such as http://127.0.0.1:8000, and a key as {name}:Key");
        if (uri.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal)) throw new ArgumentException($"{name}:Address ends with /v1, which is added; leave it out");
        if (string.IsNullOrWhiteSpace(Model)) throw new ArgumentException($"{name}:Model is empty; give the name under which the server has {Llm}");
        if (Key.Any(c => c is <= ' ' or > '~')) throw new ArgumentException($"{name}:Key holds characters that no header can; give the key as the server was given it");
        if (Patience <= TimeSpan.Zero) throw new ArgumentException($"{name}:Patience is {Patience}; give a time above zero, for example 00:01:00");
    }
}
