using System.Text.RegularExpressions;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>Brings published tensors into a model: finds each under any of the names in use, checks all shapes, copies, and refuses NaN.</summary>
internal static partial class WeightLoader
{
    private static readonly string[] s_prefixes = ["bert.", "distilbert.", "transformer.", "model."];

    /// <summary>Checks that every parameter is there in the right shape, and that nothing unknown is there.</summary>
    /// <exception cref="InvalidDataException">Names the file, the tensor and what is wrong with it.</exception>
    public static void Check(Transformer model, TensorSource source)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var weight in model.Weights)
        {
            foreach (var part in weight.Parts)
            {
                var name = Find(source, part.Name)
                    ?? throw new InvalidDataException($"{source.Name}: tensor \"{part.Name}\" is missing; this is no complete {model.Family} checkpoint for its config.json");
                var (has, wants) = (source.FileOf(name).Shape(name), weight.PublishedShape(part));
                if (!has.SequenceEqual(wants))
                    throw new InvalidDataException($"{source.Name}: tensor \"{name}\" has shape [{string.Join(", ", has)}], but config.json asks for [{string.Join(", ", wants)}]");
                if (source.FileOf(name).Type(name) is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64) and var type)
                    throw new InvalidDataException($"{source.Name}: tensor \"{name}\" holds {type}; weights must be F32, F16, BF16 or F64");
                used.Add(name);
            }
        }
        var extra = source.Names.FirstOrDefault(n => !used.Contains(n) && !Harmless().IsMatch(n));
        if (extra is not null)
            throw new InvalidDataException($"{source.Name}: tensor \"{extra}\" is no part of a {model.Family} model with {model.Configuration.Layers} layers; config.json and weights do not belong together");
    }

    /// <summary>Copies every tensor into its (rows of a) parameter.</summary>
    public static void Fill(Transformer model, TensorSource source)
    {
        using var _ = no_grad();
        foreach (var weight in model.Weights)
        {
            using var scope = NewDisposeScope();
            foreach (var (published, piece) in weight.Pieces())
            {
                var name = Find(source, published)!;
                source.FileOf(name).ReadInto(name, piece);
                Refuse(piece, $"{source.Name}: tensor \"{name}\"");
            }
        }
        model.ParametersChanged();
    }

    /// <summary>Throws if any value is NaN or infinite: such a model would answer nonsense for every input.</summary>
    public static void Refuse(Tensor values, string what)
    {
        // The sum is finite unless a value is not (or the sum itself overflows, which the second look settles).
        using var sum = values.sum(ScalarType.Float64);
        if (double.IsFinite(sum.ToDouble())) return;
        using var finite = values.isfinite();
        using var all = finite.all();
        if (!all.ToBoolean()) throw new InvalidDataException($"{what} holds NaN or infinite values; the checkpoint is damaged, fetch or train it again");
    }

    // Published checkpoints differ in their prefix, and the first BERT files call a norm's scale and shift gamma and beta.
    private static string? Find(TensorSource source, string name)
    {
        foreach (var candidate in Candidates(name))
        {
            if (source.Contains(candidate)) return candidate;
            if (!candidate.Contains("LayerNorm.", StringComparison.Ordinal)) continue;
            var old = candidate.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal);
            if (source.Contains(old)) return old;
        }
        return null;
    }

    private static IEnumerable<string> Candidates(string name)
    {
        yield return name;
        var prefix = Array.Find(s_prefixes, p => name.StartsWith(p, StringComparison.Ordinal));
        if (prefix is not null) yield return name[prefix.Length..];
        yield return "model." + name;
        yield return "base_model." + name;
        if (name is "cls.predictions.bias") yield return "cls.predictions.decoder.bias";
    }

    // Buffers and heads that published files carry along and that no forward pass here reads.
    [GeneratedRegex(@"(^|\.)(attn|attention)\.(bias|masked_bias)$|rotary_emb\.inv_freq$|(^|\.)position_ids$|(^|\.)token_type_ids$|(^|\.)pooler\.|^cls\.seq_relationship\.|^cls\.predictions\.decoder\.(weight|bias)$|^vocab_projector\.weight$|^lm_head\.weight$|^classifier\.|^qa_outputs\.", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Harmless();
}
