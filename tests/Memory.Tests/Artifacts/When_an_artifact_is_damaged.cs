using MindBridge.Artifacts;

namespace MindBridge.Memory.Tests.Artifacts;

public sealed class When_an_artifact_is_damaged : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string at;
    private readonly string hash;

    public When_an_artifact_is_damaged()
    {
        at = folder.At("a");
        hash = Artifact.Write("encoder", null, new { seed = 1 }, ["parent"], null, draft => File.WriteAllText(Path.Combine(draft, "weights.bin"), new string('w', 1000)), at).Files["weights.bin"];
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_changed_byte_names_the_file_and_both_hashes()
    {
        var bytes = File.ReadAllBytes(Weights);
        bytes[500] ^= 1;
        File.WriteAllBytes(Weights, bytes);
        var message = Refused();
        message.ShouldContain("weights.bin");
        message.ShouldContain(hash);
        message.ShouldContain(Artifact.HashOf(Weights));
        message.ShouldContain("copy the artifact again or make it again");
    }

    [Fact]
    public void A_file_cut_short_is_named()
    {
        using (var stream = File.OpenWrite(Weights)) stream.SetLength(10);
        Refused().ShouldContain("weights.bin was changed or cut short");
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        File.Delete(Weights);
        Refused().ShouldContain("weights.bin is missing");
    }

    [Fact]
    public void A_file_too_many_is_named()
    {
        File.WriteAllText(Path.Combine(at, "extra.txt"), "x");
        Refused().ShouldContain("extra.txt does not belong");
    }

    [Theory]
    [InlineData("\"seed\": 1", "\"seed\": 2", "manifest.json was changed")]
    [InlineData("\"parent\"", "\"another\"", "manifest.json was changed")]
    [InlineData("\"encoder\"", "\"bridge\"", "manifest.json was changed")]
    [InlineData("\"weights.bin\"", "\"../weights.bin\"", "leaves the artifact's folder")]
    [InlineData("\"weights.bin\"", "\"/etc/passwd\"", "leaves the artifact's folder")]
    [InlineData("\"weights.bin\"", "\"a//b\"", "leaves the artifact's folder")]
    [InlineData("\"files\": {", "\"files\": [", "cannot be read")]
    [InlineData("\"settings\"", "\"settongs\"", "\"settings\" is missing")]
    [InlineData("\"id\": \"", "\"id\": 5, \"was\": \"", "\"id\" is missing or no text")]
    public void A_changed_manifest_is_refused(string old, string now, string message)
    {
        var path = Path.Combine(at, "manifest.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(old, now, StringComparison.Ordinal));
        Refused().ShouldContain(message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"kind\":\"encoder\",\"files\":{\"a\":null}}")]
    public void A_manifest_that_is_none_is_refused(string text)
    {
        File.WriteAllText(Path.Combine(at, "manifest.json"), text);
        Refused().ShouldContain("manifest.json is damaged");
    }

    [Fact]
    public void Another_kind_and_no_artifact_are_refused()
    {
        Should.Throw<InvalidDataException>(() => Artifact.Open(at, "bridge")).Message.ShouldContain("not \"bridge\"");
        Should.Throw<DirectoryNotFoundException>(() => Artifact.Open(folder.At("nowhere")));
        Should.Throw<InvalidDataException>(() => Artifact.Open(folder.Path)).Message.ShouldContain("is not an artifact");
    }

    private string Weights => Path.Combine(at, "weights.bin");

    private string Refused() => Should.Throw<InvalidDataException>(() => Artifact.Open(at)).Message;
}
