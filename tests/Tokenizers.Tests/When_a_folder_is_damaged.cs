using System.Text.Json.Nodes;

namespace MindBridge.Tokenizers.Tests;

public class When_a_folder_is_damaged
{
    [Fact]
    public void Should_say_that_there_is_no_folder()
        => Should.Throw<DirectoryNotFoundException>(() => TextTokenizer.From("/nowhere/at/all")).Message.ShouldContain("/nowhere/at/all");

    [Fact]
    public void Should_say_what_an_empty_folder_lacks()
    {
        using var folder = new TemporaryFolder();
        Should.Throw<FileNotFoundException>(() => TextTokenizer.From(folder.Path)).Message.ShouldContain("tokenizer.json");
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{ \"model\": { \"type\": \"BPE\",", "not valid JSON")]
    [InlineData("[]", "object")]
    [InlineData("{}", "model.type")]
    [InlineData("{ \"model\": { \"type\": \"WordPiece\" } }", "model.vocab")]
    [InlineData("{ \"model\": { \"type\": \"WordPiece\", \"vocab\": {} } }", "empty")]
    [InlineData("{ \"model\": { \"type\": \"WordPiece\", \"vocab\": { \"a\": 0 } } }", "[UNK]")]
    [InlineData("{ \"model\": { \"type\": \"WordPiece\", \"vocab\": { \"[UNK]\": \"x\" } } }", "model.vocab.[UNK]")]
    [InlineData("{ \"model\": { \"type\": \"WordPiece\", \"vocab\": { \"[UNK]\": -1 } } }", "-1")]
    [InlineData("{ \"model\": { \"type\": \"WordPiece\", \"vocab\": { \"[UNK]\": 0, \"a\": 0 } } }", "same id")]
    [InlineData("{ \"model\": { \"type\": \"WordPiece\", \"vocab\": { \"[UNK]\": 2000000000 } } }", "2000000000")]
    [InlineData("{ \"model\": { \"type\": \"BPE\", \"vocab\": { \"a\": 0 } } }", "model.merges")]
    [InlineData("{ \"model\": { \"type\": \"BPE\", \"vocab\": { \"a\": 0 }, \"merges\": [ \"a\" ] } }", "model.merges[0]")]
    [InlineData("{ \"model\": { \"type\": \"BPE\", \"vocab\": { \"a\": 0 }, \"merges\": [ \"a a\" ] } }", "'aa'")]
    [InlineData("{ \"model\": { \"type\": \"BPE\", \"vocab\": { \"\\ud800\": 0 }, \"merges\": [] } }", "surrogate")]
    [InlineData("{ \"added_tokens\": 3, \"model\": { \"type\": \"BPE\", \"vocab\": { \"a\": 0 }, \"merges\": [] } }", "added_tokens")]
    public void Should_name_file_place_and_remedy_of_a_broken_tokenizer_json(string content, string what)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("tokenizer.json", content);
        var message = Should.Throw<InvalidDataException>(() => TextTokenizer.From(folder.Path)).Message;
        message.ShouldContain(file);
        message.ShouldContain(what);
    }

    [Theory]
    [InlineData("model", "Unigram")]
    [InlineData("normalizer", "Precompiled")]
    [InlineData("pre_tokenizer", "UnicodeScripts")]
    [InlineData("post_processor", "Other")]
    [InlineData("decoder", "CTC")]
    public void Should_refuse_by_name_what_it_does_not_know(string part, string type)
        => Should.Throw<NotSupportedException>(() => Fixtures.ByteLevel(change: json =>
        {
            if (json[part] is JsonObject there) there["type"] = type;
            else json[part] = new JsonObject { ["type"] = type };
        })).Message.ShouldContain($"'{type}'");

    [Theory]
    [InlineData("(?<x")]
    [InlineData("[[:alpha:]]+")]
    [InlineData("\\p{Tagalog}+")]
    public void Should_refuse_a_split_pattern_it_cannot_follow(string pattern)
        => Should.Throw<NotSupportedException>(() => Fixtures.ByteLevel(pattern)).Message.ShouldContain(pattern);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Should_end_in_a_sentence_whatever_part_is_something_else(int seed)
    {
        var random = new Random(seed);
        JsonNode?[] strange = [null, -1, 3.5, "", "x", true, new JsonArray(), new JsonObject(), new JsonArray(1, "a"), "\uD83D\uDE00", "(", 1_000_000_000];
        for (var round = 0; round < 120; round++)
        {
            var json = seed == 1 ? Fixtures.ByteFallbackJson() : Fixtures.ByteLevelJson(seed == 2 ? Fixtures.Llama3Pattern : null);
            var (parent, name) = Pick(json, random);
            var value = strange[random.Next(strange.Length)]?.DeepClone();
            if (parent is JsonObject o) o[name!] = value;
            else if (parent is JsonArray a) a[int.Parse(name!)] = value;
            try
            {
                // What still loads must still work.
                var tokenizer = Fixtures.FromJson(json);
                tokenizer.Decode(tokenizer.Encode("the Paris é 😀"));
                tokenizer.EncodeWithSpans("the Paris é 😀");
            }
            catch (Exception e) when (e is InvalidDataException or NotSupportedException)
            {
                e.Message.ShouldContain("tokenizer");
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"round {round}: {name} = {value?.ToJsonString() ?? "null"}", e);
            }
        }
    }

    [Theory]
    [InlineData("the\nis\n", "[UNK]")]
    [InlineData("", "empty")]
    [InlineData("[UNK]\nthe\n", "[CLS]")]
    public void Should_name_what_a_BERT_vocabulary_lacks(string content, string what)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("vocab.txt", content);
        var message = Should.Throw<InvalidDataException>(() => TextTokenizer.From(folder.Path)).Message;
        message.ShouldContain(file);
        message.ShouldContain(what);
    }

    [Fact]
    public void Should_say_that_a_binary_file_is_no_vocabulary()
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.txt", [0x80, 0xFF, 0x00, 0x12]);
        Should.Throw<InvalidDataException>(() => TextTokenizer.From(folder.Path)).Message.ShouldContain("not UTF-8");
    }

    [Theory]
    [InlineData("#version: 0.2\na b c\n", "line 2")]
    [InlineData("a\n", "line 1")]
    [InlineData("a b\n", "'a b'")]
    public void Should_name_the_line_of_a_broken_merge(string merges, string what)
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.json", """{ "a": 0, "b": 1 }""");
        var file = folder.Write("merges.txt", merges);
        var message = Should.Throw<InvalidDataException>(() => TextTokenizer.From(folder.Path)).Message;
        message.ShouldContain(file);
        message.ShouldContain(what);
    }

    [Fact]
    public void Should_ask_for_the_merges_beside_a_vocabulary()
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.json", """{ "a": 0 }""");
        Should.Throw<FileNotFoundException>(() => TextTokenizer.From(folder.Path)).Message.ShouldContain("merges.txt");
    }

    [Fact]
    public void Should_find_every_place_where_a_binary_tokenizer_is_cut_off()
    {
        var whole = Fixtures.Llama2C(" ", "a");
        using var folder = new TemporaryFolder();
        foreach (var length in (ReadOnlySpan<int>)[0, 3, 4, 7, 11, 13, 1000, whole.Length - 1])
        {
            folder.Write("tokenizer.bin", whole[..length]);
            Should.Throw<InvalidDataException>(() => TextTokenizer.From(folder.Path)).Message.ShouldContain("tokenizer.bin");
        }

        var pieces = SentencePieceFile.Write(bpe: true, "▁", "a");
        File.Delete(Path.Combine(folder.Path, "tokenizer.bin"));
        foreach (var length in (ReadOnlySpan<int>)[0, 1, 5, 1000])
        {
            folder.Write("tokenizer.model", pieces[..length]);
            Should.Throw<InvalidDataException>(() => TextTokenizer.From(folder.Path)).Message.ShouldContain("tokenizer.model");
        }
    }

    private static (JsonNode Parent, string? Name) Pick(JsonObject json, Random random)
    {
        JsonNode node = json;
        while (true)
        {
            var (names, children) = node is JsonObject o
                ? ([.. o.Select(p => p.Key)], [.. o.Select(p => p.Value)])
                : (Enumerable.Range(0, ((JsonArray)node).Count).Select(i => i.ToString()).ToList(), ((JsonArray)node).ToList());
            var k = random.Next(names.Count);
            if (children[k] is not (JsonObject { Count: > 0 } or JsonArray { Count: > 0 }) || random.Next(4) == 0) return (node, names[k]);
            node = children[k]!;
        }
    }
}
