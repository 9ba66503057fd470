using System.Security.Cryptography;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MindBridge.Models.Pretraining;

/// <summary>Where a training stood.</summary>
internal sealed record TrainingState(long Step, double Loss, double AnswerLoss);

/// <summary>
/// The file a killed training goes on from. It is written beside itself and renamed, so there is always a whole one or none, and it ends with its
/// own SHA-256; a damaged one, or one of other settings or another text, is left aside.
/// </summary>
internal sealed class TrainingCheckpoint(string path, string fingerprint)
{
    public void Write(TrainingState state, IReadOnlyList<Parameter> parameters, AdamW optimizer)
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(fingerprint);
            writer.Write(state.Step);
            writer.Write(state.Loss);
            writer.Write(state.AnswerLoss);
            foreach (var parameter in parameters)
            {
                using var scope = NewDisposeScope();
                writer.Write(parameter.detach().contiguous().view(-1).bytes);
            }
            optimizer.save_state_dict(writer);
        }
        var content = memory.ToArray();
        using (var file = new FileStream(path + ".tmp", FileMode.Create, FileAccess.Write))
        {
            file.Write(content);
            file.Write(SHA256.HashData(content));
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>Fills the parameters and the optimizer; null (and nothing changed) when there is nothing to go on from.</summary>
    public TrainingState? TryRead(IReadOnlyList<Parameter> parameters, AdamW optimizer)
    {
        if (!File.Exists(path)) return null;
        var content = File.ReadAllBytes(path);
        if (content.Length <= SHA256.HashSizeInBytes) return null;
        var body = content.AsSpan(0, content.Length - SHA256.HashSizeInBytes);
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(content.AsSpan(body.Length))) return null;
        using var reader = new BinaryReader(new MemoryStream(content, 0, body.Length));
        if (reader.ReadString() != fingerprint) return null;
        var state = new TrainingState(reader.ReadInt64(), reader.ReadDouble(), reader.ReadDouble());
        using var frozen = no_grad();
        foreach (var parameter in parameters)
        {
            using var scope = NewDisposeScope();
            var values = empty(parameter.shape, dtype: parameter.dtype);
            reader.BaseStream.ReadExactly(values.view(-1).bytes);
            parameter.copy_(values);
        }
        optimizer.load_state_dict(reader);
        return state;
    }

    public void Delete() => File.Delete(path);
}
