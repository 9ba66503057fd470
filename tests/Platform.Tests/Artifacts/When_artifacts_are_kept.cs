using System.Text;
using MindBridge.Platform.Artifacts;

namespace MindBridge.Platform.Tests.Artifacts;

public sealed class When_artifacts_are_kept : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mindbridge-artifacts-").FullName;
    private readonly FolderArtifactStore store;

    public When_artifacts_are_kept() => store = new FolderArtifactStore(At("store"));

    [Fact]
    public async Task Should_give_one_id_to_one_content()
    {
        var (first, second) = (await SaveAsync("weights"), await SaveAsync("weights"));

        second.ShouldBe(first);
        first.Value.ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("weights"u8)));
        Stored().ShouldHaveSingleItem();
        await store.LoadAsync(first, At("out"));
        (await File.ReadAllTextAsync(At("out"))).ShouldBe("weights");
    }

    [Theory]
    [InlineData("weigh")]
    [InlineData("")]
    [InlineData("Weights")]
    public async Task Should_refuse_a_truncated_or_altered_content_and_leave_the_target_as_it_was(string damaged)
    {
        var id = await SaveAsync("weights");
        await File.WriteAllTextAsync(Stored().Single(), damaged);
        await File.WriteAllTextAsync(At("out"), "what was there");

        var error = await Should.ThrowAsync<InvalidDataException>(() => store.LoadAsync(id, At("out")));

        error.Message.ShouldContain(id.Value);
        error.Message.ShouldContain($"{damaged.Length} bytes");
        (await File.ReadAllTextAsync(At("out"))).ShouldBe("what was there");
        Directory.GetFiles(root).Select(Path.GetFileName).ShouldBe(["out"]);
        // Doing the job again repairs the store.
        (await SaveAsync("weights")).ShouldBe(id);
        await store.LoadAsync(id, At("out"));
    }

    [Fact]
    public async Task Should_keep_nothing_half_written_when_the_disk_is_full()
    {
        await Should.ThrowAsync<IOException>(() => store.SaveAsync(new BreakingStream()));

        Directory.EnumerateFiles(At("store"), "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_name_what_is_not_there()
    {
        var id = new ArtifactId(new string('a', 64));

        (await store.ExistsAsync(id)).ShouldBeFalse();
        (await Should.ThrowAsync<FileNotFoundException>(() => store.LoadAsync(id, At("out")))).Message.ShouldContain(id.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Should_refuse_what_is_no_id(string text) => Should.Throw<ArgumentException>(() => new ArtifactId(text));

    [Fact]
    public async Task Should_bring_a_whole_folder_back()
    {
        Write("encoder/config.json", "{}");
        Write("encoder/weights/model.safetensors", "tensors");
        var id = await store.SaveFolderAsync(At("encoder"));
        Write("copy/config.json", "{}");
        Write("copy/weights/model.safetensors", "tensors");

        (await store.SaveFolderAsync(At("copy"))).ShouldBe(id, "equal folders have one id");
        await store.LoadFolderAsync(id, At("back"));

        (await File.ReadAllTextAsync(At("back/weights/model.safetensors"))).ShouldBe("tensors");
        Directory.EnumerateFiles(At("back"), "*", SearchOption.AllDirectories).Count().ShouldBe(2);
    }

    [Fact]
    public async Task Should_never_write_outside_the_folder()
    {
        var content = await SaveAsync("gotcha");
        var id = await SaveAsync($"{{\"../escaped\": \"{content}\"}}");

        await Should.ThrowAsync<InvalidDataException>(() => store.LoadFolderAsync(id, At("back")));

        File.Exists(At("escaped")).ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string At(string name) => Path.Combine(root, name);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), text);
    }

    private Task<ArtifactId> SaveAsync(string text) => store.SaveAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    private string[] Stored() => Directory.GetFiles(At("store"), "*", SearchOption.AllDirectories);

    // A source that ends in an error after some bytes: what a full disk or a broken connection looks like to the store.
    private sealed class BreakingStream : MemoryStream
    {
        private int reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (reads++ > 0) throw new IOException("no space left on device");
            buffer.Span[..100].Fill(1);
            return new ValueTask<int>(100);
        }
    }
}
