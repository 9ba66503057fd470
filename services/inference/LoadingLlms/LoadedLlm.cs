using MindBridge.Artifacts;
using MindBridge.Inference.CallingVllm;
using MindBridge.Inference.RenderingChats;
using MindBridge.Inference.RunningBatches;
using MindBridge.Memory.Rivals;
using MindBridge.Memory.Serving;
using MindBridge.Platform.Rpc;
using TorchSharp;

namespace MindBridge.Inference.LoadingLlms;

/// <summary>An LLM version in memory, with the engine that runs it.</summary>
internal sealed class LoadedLlm : IDisposable
{
    private readonly Lazy<ChatForm> chat;

    private LoadedLlm(LlmVersion version, Llm llm, Engine engine, VllmServer? vllm) =>
        (Version, Llm, Engine, Vllm, Unedited, chat) = (version, llm, engine, vllm, new Unedited(llm), new Lazy<ChatForm>(() => ChatForm.From(version.Folder, llm.Tokenizer)));

    public LlmVersion Version { get; }

    public Llm Llm { get; }

    public Engine Engine { get; }

    /// <summary>The server that writes the version's texts; null where <see cref="Engine"/> does.</summary>
    public VllmServer? Vllm { get; }

    /// <summary>How conversations become prompts.</summary>
    public ChatForm Chat => chat.Value;

    /// <summary>As it was released.</summary>
    public Answerer Unedited { get; }

    /// <summary>Loads it, once its files are what was released.</summary>
    /// <exception cref="RefusedNowException">They are not there, or are others.</exception>
    public static LoadedLlm From(LlmVersion version, InferenceSettings settings, TimeProvider time, ILogger logger)
    {
        // Requests run side by side on different LLMs; a pool of threads under each would only make them wait for one another.
        torch.set_num_threads(1);
        if (!Directory.Exists(version.Folder)) throw new RefusedNowException($"{version.Title} was released at {version.Uri}, where this service finds no folder; put it there, or release it under a path that every service reaches");
        var found = ContentIdentity.Of(version.Folder);
        if (found != version.ContentHash)
            throw new RefusedNowException($"{version.Title} was released with content {version.ContentHash}, but {version.Folder} holds {found}; put the released files back, or release what is there as a new version");
        var llm = Llm.From(version.Folder, settings.ComputeType is ComputeType.BFloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32);
        foreach (var weight in llm.Model.parameters()) weight.requires_grad = false;
        if (settings.Vllm.FirstOrDefault(v => v.Llm == version.Title && v.Address.Length > 0) is not { } remote) return new LoadedLlm(version, llm, new Engine(llm, version.Title, settings), null);
        // The engine only scores then, and warms up.
        return new LoadedLlm(version, llm, new Engine(llm, version.Title, settings with { Slots = 1 }), new VllmServer(remote, settings.Slots + settings.MostWaiting, time, logger));
    }

    public void Dispose()
    {
        Vllm?.Dispose();
        Engine.Dispose();
        Llm.Dispose();
    }
}
