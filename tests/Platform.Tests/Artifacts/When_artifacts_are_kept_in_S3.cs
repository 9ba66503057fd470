using MindBridge.Platform.Artifacts;

namespace MindBridge.Platform.Tests.Artifacts;

public sealed class When_artifacts_are_kept_in_S3(S3Server server) : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mindbridge-s3-artifacts-").FullName;
    private readonly string prefix = $"{Guid.NewGuid():N}/";

    [Fact]
    public async Task Should_bring_a_content_and_a_folder_back()
    {
        using var store = Store();
        var bytes = new byte[6_000_000];
        new Random(1).NextBytes(bytes);
        Directory.CreateDirectory(At("encoder"));
        await File.WriteAllBytesAsync(At("encoder/model.safetensors"), bytes);
        await File.WriteAllTextAsync(At("encoder/config.json"), "{}");

        var id = await store.SaveFolderAsync(At("encoder"));

        (await store.SaveFolderAsync(At("encoder"))).ShouldBe(id);
        (await store.ExistsAsync(id)).ShouldBeTrue();
        await store.LoadFolderAsync(id, At("back"));
        (await File.ReadAllBytesAsync(At("back/model.safetensors"))).ShouldBe(bytes);
        id.ShouldBe(await new FolderArtifactStore(At("folder")).SaveFolderAsync(At("encoder")), "an artifact's id does not depend on where it lies");
        Directory.GetFiles(At("scratch")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_refuse_a_damaged_object_and_leave_the_target_as_it_was()
    {
        using var store = Store();
        var id = await store.SaveAsync(new MemoryStream("weights"u8.ToArray()));
        foreach (var path in Directory.EnumerateFiles(server.Folder, $"*{id}*", SearchOption.AllDirectories).Where(p => File.ReadAllText(p) == "weights")) await File.WriteAllTextAsync(path, "weighty");
        await File.WriteAllTextAsync(At("out"), "what was there");

        (await Should.ThrowAsync<InvalidDataException>(() => store.LoadAsync(id, At("out")))).Message.ShouldContain(id.Value);

        (await File.ReadAllTextAsync(At("out"))).ShouldBe("what was there");
        await store.SaveAsync(new MemoryStream("weights"u8.ToArray()));
        await store.LoadAsync(id, At("out"));
        (await File.ReadAllTextAsync(At("out"))).ShouldBe("weights");
    }

    [Fact]
    public async Task Should_say_what_is_not_there_or_does_not_answer()
    {
        var id = new ArtifactId(new string('a', 64));
        using var store = Store();
        using var nowhere = new S3ArtifactStore(new S3Settings { Bucket = S3Server.Bucket, Endpoint = "http://127.0.0.1:1", AccessKey = "S3RVER", SecretKey = "S3RVER" }, At("scratch"));

        (await store.ExistsAsync(id)).ShouldBeFalse();
        (await Should.ThrowAsync<FileNotFoundException>(() => store.LoadAsync(id, At("out")))).Message.ShouldContain(id.Value);
        (await Should.ThrowAsync<IOException>(() => nowhere.LoadAsync(id, At("out")))).Message.ShouldContain(S3Server.Bucket);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string At(string path) => Path.Combine(root, path);

    private S3ArtifactStore Store() => new(new S3Settings { Bucket = S3Server.Bucket, Prefix = prefix, Endpoint = server.Address, AccessKey = "S3RVER", SecretKey = "S3RVER" }, At("scratch"));
}
