using MindBridge.Inference.TakingTurns;
using MindBridge.Memory.Addressing;
using MindBridge.Memory.Encoders;

namespace MindBridge.Inference.LoadingBridges;

/// <summary>A memory encoder with the addresses of its edits; shared by every LLM it is bridged to.</summary>
internal sealed class EncoderPart(MemoryEncoder encoder, KeyStore keys, Lane maps) : IDisposable
{
    public MemoryEncoder Encoder { get; } = encoder;

    public KeyStore Keys { get; } = keys;

    /// <summary>Where maps of features wait: one reads at a time, so they hold up answers for no more than one pass.</summary>
    public Lane Maps => maps;

    /// <summary>Held while the encoder runs: LLMs run side by side, and a module is one thread's at a time.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Reads a trained encoder's folder; every byte is verified.</summary>
    /// <exception cref="InvalidDataException">It is no encoder, or damaged, or without its keys.</exception>
    public static EncoderPart From(string folder, string id, int mostWaiting)
    {
        var encoder = MemoryEncoder.From(folder);
        try
        {
            var path = Path.Combine(folder, KeyStore.FileName);
            if (!File.Exists(path)) throw new InvalidDataException($"encoder {id} lies in the store without {KeyStore.FileName}, so its edits cannot be addressed; train it again");
            return new EncoderPart(encoder, KeyStore.Load(path, encoder), new Lane($"the map of encoder {id}", mostWaiting));
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Keys.Dispose();
        Encoder.Dispose();
    }
}
