using FsCheck;
using FsCheck.Fluent;
using MindBridge.Artifacts;

namespace MindBridge.Memory.Tests.Artifacts;

public sealed class When_an_artifact_is_written : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_reads_back_as_it_was()
    {
        var written = Write("a", new { seed = 3, rate = 1e-3 });
        var opened = Artifact.Open(folder.At("a"), "test");
        opened.Id.ShouldBe(written.Id);
        opened.Id.Length.ShouldBe(64);
        opened.Settings["seed"]!.GetValue<int>().ShouldBe(3);
        opened.Parents.ShouldBe(["p1"]);
        File.ReadAllText(opened.PathOf("deep/b.txt")).ShouldBe("beta");
        opened.Files.Keys.ShouldBe(["a.txt", "deep/b.txt"]);
        Directory.GetFileSystemEntries(folder.Path).Length.ShouldBe(1, "nothing temporary stays");
    }

    [Fact]
    public void The_id_depends_on_everything_but_metrics_and_key_order()
    {
        var id = Write("a", new { seed = 3, rate = 1e-3 }).Id;
        Write("b", new { rate = 0.001, seed = 3L }, metrics: new { seconds = 77 }).Id.ShouldBe(id);
        Write("c", new { seed = 4, rate = 1e-3 }).Id.ShouldNotBe(id);
        Write("d", new { seed = 3, rate = 1e-3 }, text: "alphb").Id.ShouldNotBe(id);
        Write("e", new { seed = 3, rate = 1e-3 }, parents: ["p2"]).Id.ShouldNotBe(id);
        Write("f", new { seed = 3, rate = 1e-3 }, kind: "other").Id.ShouldNotBe(id);
    }

    [Fact]
    public void Canonical_JSON_is_one_text_for_one_value()
    {
        CanonicalJson.Of(new { b = 1.0, a = new[] { 1.5, 2 }, c = (string?)null }).ShouldBe("""{"a":[1.5,2],"b":1}""");
        Prop.ForAll<Dictionary<int, double>>(values =>
        {
            var finite = values.Where(v => double.IsFinite(v.Value)).ToDictionary(v => $"k{v.Key}", v => v.Value);
            return CanonicalJson.Of(finite) == CanonicalJson.Of(finite.Reverse().ToDictionary(v => v.Key, v => v.Value));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_second_one_replaces_the_first_in_one_step()
    {
        Write("a", new { seed = 1 });
        Write("a", new { seed = 2 });
        Artifact.Open(folder.At("a")).Settings["seed"]!.GetValue<int>().ShouldBe(2);
        Directory.GetFileSystemEntries(folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public void A_failure_while_writing_leaves_what_was_there_and_nothing_else()
    {
        var id = Write("a", new { seed = 1 }).Id;
        Should.Throw<IOException>(() => Artifact.Write("test", null, null, null, null, draft =>
        {
            File.WriteAllText(Path.Combine(draft, "half.txt"), "half");
            throw new IOException("No space left on device");
        }, folder.At("a")));
        Artifact.Open(folder.At("a")).Id.ShouldBe(id);
        Directory.GetFileSystemEntries(folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public void A_full_disk_leaves_no_half_file()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "/dev/full is not here");
        var path = folder.File("figures.json", "old");
        Should.Throw<IOException>(() => DurableFile.Write(path, stream =>
        {
            stream.Write("half"u8);
            using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            full.Write("anything"u8);
        }));
        File.ReadAllText(path).ShouldBe("old");
        Directory.GetFileSystemEntries(folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Cancelling_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(() => Artifact.WriteAsync("test", null, null, null, null, async (draft, cancellation) =>
        {
            await File.WriteAllTextAsync(Path.Combine(draft, "a.txt"), "a", cancellation);
            await stop.CancelAsync();
        }, folder.At("a"), stop.Token));
        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void A_folder_that_is_no_artifact_is_not_overwritten()
    {
        Directory.CreateDirectory(folder.At("mine"));
        folder.File("mine/thesis.txt", "years of work");
        Should.Throw<IOException>(() => Write("mine", new { })).Message.ShouldContain("not an artifact");
        File.Exists(folder.At("mine/thesis.txt")).ShouldBeTrue();
        folder.File("file", "x");
        Should.Throw<IOException>(() => Write("file", new { })).Message.ShouldContain("is a file");
    }

    private Artifact Write(string name, object settings, string text = "alpha", string[]? parents = null, object? metrics = null, string kind = "test") =>
        Artifact.Write(kind, new { edits = "hash" }, settings, parents ?? ["p1"], metrics, draft =>
        {
            File.WriteAllText(Path.Combine(draft, "a.txt"), text);
            Directory.CreateDirectory(Path.Combine(draft, "deep"));
            File.WriteAllText(Path.Combine(draft, "deep", "b.txt"), "beta");
        }, folder.At(name));
}
