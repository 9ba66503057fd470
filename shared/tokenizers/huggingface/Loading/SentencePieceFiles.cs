using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;
using MindBridge.Tokenizers.Decoding;
using MindBridge.Tokenizers.Normalizing;
using MindBridge.Tokenizers.Splitting;
using MindBridge.Tokenizers.Words;

namespace MindBridge.Tokenizers.Loading;

/// <summary>SentencePiece's tokenizer.model (Llama 2 as Meta gave it out) and llama2.c's tok*.bin.</summary>
internal static class SentencePieceFiles
{
    private const char Mark = '▁';

    public static TokenizerParts ReadModel(string path, ModelSettings settings)
    {
        var model = SentencePieceProto.Read(path);
        if (model.ModelType != 2) throw new NotSupportedException($"{path}: a SentencePiece model of type {model.ModelType} (1 is unigram); this program knows type 2, BPE");
        if (!model.ByteFallback) throw new NotSupportedException($"{path}: a SentencePiece model without byte fallback, which this program does not know; use the model's tokenizer.json");
        if (model.HasCharacterMap || model.NormalizerName is not ("" or "identity"))
            throw new NotSupportedException($"{path}: normalizes by '{model.NormalizerName}', which this program does not know; use the model's tokenizer.json");
        var normalizers = new List<TextNormalizer>();
        if (model.RemoveExtraWhitespaces) normalizers.AddRange([new StripNormalizer(left: true, right: true), new ReplaceNormalizer(new Regex(" {2,}", RegexOptions.CultureInvariant), " ")]);
        if (model.AddDummyPrefix) normalizers.Add(new PrependNormalizer(Mark.ToString()));
        if (model.EscapeWhitespaces) normalizers.Add(new ReplaceNormalizer(new Regex(" ", RegexOptions.CultureInvariant), Mark.ToString()));
        return Parts(path, model, settings, normalizers, Mark) with
        {
            Decoder = model.AddDummyPrefix
                ? [() => new ReplaceStage(new Regex(Mark.ToString()), " "), () => new ByteFallbackStage(), () => new StripStage(' ', 1, 0, whole: true)]
                : [() => new ReplaceStage(new Regex(Mark.ToString()), " "), () => new ByteFallbackStage()],
        };
    }

    /// <summary>
    /// llama2.c: the longest length as an int, then for every piece a float score, an int length and its bytes; ids 0 to 2 are unknown, begin and end, 3 to 258 the bytes.
    /// Pieces have plain spaces, so the space before the text is one too, and a "▁" in a text is a character like any other.
    /// </summary>
    public static TokenizerParts ReadLlama2C(string path)
    {
        var data = File.ReadAllBytes(path);
        var model = new SentencePieceProto { ModelType = 2, ByteFallback = true, AddDummyPrefix = false, EscapeWhitespaces = false, RemoveExtraWhitespaces = false };
        if (data.Length < 4 || BinaryPrimitives.ReadInt32LittleEndian(data) is var longest && longest is < 1 or > 1 << 20)
            throw new InvalidDataException($"{path}: does not begin with the length of the longest piece; it is no tokenizer of llama2.c, or damaged: export it again");
        for (var at = 4; at < data.Length;)
        {
            var id = model.Pieces.Count;
            var length = at + 8 <= data.Length ? BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(at + 4)) : -1;
            if (length < 0 || length > longest || length > data.Length - at - 8)
                throw new InvalidDataException($"{path}: piece {id} (byte {at}) has the length {length}; the file is damaged or cut off, export it again");
            var type = id == 0 ? SentencePieceProto.Unknown : id < 3 ? SentencePieceProto.Control : id < 259 ? SentencePieceProto.Byte : SentencePieceProto.Normal;
            model.Pieces.Add((Encoding.UTF8.GetString(data, at + 8, length), BinaryPrimitives.ReadSingleLittleEndian(data.AsSpan(at)), type));
            at += 8 + length;
        }

        if (model.Pieces.Count < 259) throw new InvalidDataException($"{path}: has {model.Pieces.Count} pieces and needs the 3 special ones and 256 bytes at least; the file is cut off, export it again");
        // llama2.c writes the special pieces with line breaks around them.
        for (var id = 0; id < 3; id++) model.Pieces[id] = model.Pieces[id] with { Piece = new[] { "<unk>", "<s>", "</s>" }[id] };
        // It does not look at what the byte pieces spell.
        for (var id = 3; id < 259; id++) model.Pieces[id] = model.Pieces[id] with { Piece = $"<0x{id - 3:X2}>" };
        var parts = Parts(path, model, new ModelSettings(), [new PrependNormalizer(" ")], ' ');
        return parts with
        {
            Added = [.. parts.Added.Select(a => a with { Sought = false })],
            Decoder = [() => new ByteFallbackStage(), () => new StripStage(' ', 1, 0, whole: true)],
        };
    }

    private static TokenizerParts Parts(string path, SentencePieceProto model, ModelSettings settings, List<TextNormalizer> normalizers, char mark)
    {
        var ids = new Dictionary<string, int>();
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            if (!ids.TryAdd(model.Pieces[id].Piece, id)) throw new InvalidDataException($"{path}: the pieces {ids[model.Pieces[id].Piece]} and {id} are both '{model.Pieces[id].Piece}'; the file is damaged, copy it from the model again");
        }

        var vocabulary = new Vocabulary(ids, path);
        var firstByte = vocabulary.Id("<0x00>") ?? throw new InvalidDataException($"{path}: lacks the piece <0x00>; take a model with byte fallback");
        var roles = settings.AllRoles(ids.ContainsKey);
        var added = settings.Added.ToDictionary(a => a.Content);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            if (model.Pieces[id].Type is SentencePieceProto.Control or SentencePieceProto.Unknown) added.TryAdd(model.Pieces[id].Piece, new AddedToken(model.Pieces[id].Piece, id) { Special = true });
        }

        int? Role(string role) => roles.TryGetValue(role, out var token) ? vocabulary.Id(token) : null;
        using var stream = new MemoryStream(model.Write());
        return new TokenizerParts
        {
            Vocabulary = vocabulary,
            Model = new SentencePieceWords(LlamaTokenizer.Create(stream, false), vocabulary, firstByte),
            Normalizer = new NormalizerSequence(normalizers),
            Splitter = TokenizerJson.MarksOnlyBegin(NormalPieces(model), mark) ? new MarkedWordSplitter(mark) : null,
            Added = [.. added.Values],
            Before = (settings.AddBos ?? true) && Role("bos_token") is { } bos ? [bos] : [],
            After = (settings.AddEos ?? false) && Role("eos_token") is { } eos ? [eos] : [],
            Roles = roles,
        };
    }

    private static IEnumerable<string> NormalPieces(SentencePieceProto model)
    {
        foreach (var (piece, _, type) in model.Pieces)
        {
            if (type == SentencePieceProto.Normal) yield return piece;
        }
    }
}
