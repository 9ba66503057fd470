using System.Buffers.Binary;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// llama2.c's version 0 checkpoints: seven int32 (width, inner width, layers, heads, key heads, vocabulary, positions), then float32
/// weights in a fixed order. A negative vocabulary announces an untied head.
/// </summary>
internal static class Llama2C
{
    private const int HeaderBytes = 28;

    /// <summary>The one checkpoint of a folder without config.json; null if it is no such folder.</summary>
    /// <exception cref="InvalidDataException">Several files could be meant.</exception>
    public static string? FileOf(string folder)
    {
        if (File.Exists(Path.Combine(folder, "config.json"))) return null;
        var files = Directory.EnumerateFiles(folder, "*.bin")
            .Where(f => !Path.GetFileName(f).StartsWith("tok", StringComparison.Ordinal) && !Path.GetFileName(f).StartsWith("pytorch_model", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).ToArray();
        return files.Length switch
        {
            0 => null,
            1 => files[0],
            _ => throw new InvalidDataException($"{folder}: several .bin checkpoints ({string.Join(", ", files.Select(Path.GetFileName))}); leave one"),
        };
    }

    public static Transformer Load(string path, ScalarType type, Device device)
    {
        var name = Path.GetFileName(path);
        using var file = File.OpenRead(path);
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.Length < HeaderBytes) throw new InvalidDataException($"{name}: too short for a llama2.c checkpoint");
        file.ReadExactly(header);
        var h = new int[7];
        for (var i = 0; i < 7; i++) h[i] = BinaryPrimitives.ReadInt32LittleEndian(header[(4 * i)..]);
        var (width, inner, layers, heads, keyHeads, vocabulary, positions) = (h[0], h[1], h[2], h[3], h[4], Math.Abs((long)h[5]), h[6]);
        if (width is < 1 or > 1 << 16 || inner is < 1 or > 1 << 20 || layers is < 1 or > 1024 || heads < 1 || heads > width || width % heads != 0 || (width / heads) % 2 != 0
            || keyHeads < 1 || heads % keyHeads != 0 || vocabulary is < 1 or > 1 << 24 || positions is < 1 or > 1 << 20)
            throw new InvalidDataException($"{name}: no llama2.c version 0 checkpoint (its header reads {string.Join(", ", h)})");
        var tied = h[5] > 0;
        long keys = (long)keyHeads * (width / heads);
        var floats = vocabulary * width * (tied ? 1 : 2) + layers * (2L * width + 2L * width * width + 2 * keys * width + 3L * width * inner)
            + width + (long)positions * (width / heads);
        if (file.Length != HeaderBytes + 4 * floats)
            throw new InvalidDataException($"{name}: a checkpoint with this header has {HeaderBytes + 4 * floats} bytes, but the file has {file.Length}; it is truncated or of another version");

        var configuration = ModelConfiguration.Llama((int)vocabulary, width, layers, heads, keyHeads, inner, positions, begin: 1, end: 2, tied: tied);
        // llama2.c's own loop stops at the begin token: stories follow one another.
        var model = Checkpoint.Build(configuration with { EndTokens = [1, 2] });
        try
        {
            model.Allocate(type, device);
            Fill(model, file, name, heads, keyHeads);
        }
        catch
        {
            model.Dispose();
            throw;
        }
        model.eval();
        return model;
    }

    private static void Fill(Transformer model, FileStream file, string name, int heads, int keyHeads)
    {
        using var _ = no_grad();
        var c = model.Configuration;
        using var all = NewDisposeScope();
        var pieces = model.Weights.SelectMany(w => w.Pieces()).ToDictionary(p => p.Name, p => p.Published, StringComparer.Ordinal);
        Next("model.embed_tokens.weight");
        Each("input_layernorm");
        Each("self_attn.q_proj", heads);
        Each("self_attn.k_proj", keyHeads);
        Each("self_attn.v_proj");
        Each("self_attn.o_proj");
        Each("post_attention_layernorm");
        Each("mlp.gate_proj");
        Each("mlp.down_proj");
        Each("mlp.up_proj");
        Next("model.norm.weight");
        if (c.Tied) return;
        file.Seek(4L * c.MaxPositions * c.HeadWidth, SeekOrigin.Current); // tables of sines and cosines, which are computed here
        Next("lm_head.weight");

        void Each(string kind, int turning = 0)
        {
            for (var i = 0; i < c.Layers; i++) Next($"model.layers.{i}.{kind}.weight", turning);
        }

        void Next(string part, int turning = 0)
        {
            using var scope = NewDisposeScope();
            var target = pieces[part];
            var read = empty(target.shape, dtype: ScalarType.Float32);
            file.ReadExactly(read.bytes);
            WeightLoader.Refuse(read, $"{name}: {part}");
            // llama2.c turns neighbours, the model turns halves: the rows of each head change places so that both mean the same.
            if (turning > 0) read = read.view(turning, c.HeadWidth / 2, 2, -1).transpose(1, 2).reshape(read.shape);
            target.copy_(read);
        }
    }
}
