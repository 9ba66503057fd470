using MindBridge.Platform.Artifacts;

namespace MindBridge.Platform.Tests.Artifacts;

public sealed class When_artifacts_are_unpacked : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mindbridge-unpacked-").FullName;
    private readonly FolderArtifactStore store;

    public When_artifacts_are_unpacked() => store = new FolderArtifactStore(Path.Combine(root, "store"));

    private string Place => Path.Combine(root, "here");

    [Fact]
    public async Task Should_mend_what_was_changed_or_left_half_written()
    {
        var id = await SaveAsync("weights");
        using var cache = new ArtifactCache(store, Place, 2);
        using (var first = await cache.TakeAsync(id)) await File.WriteAllTextAsync(Path.Combine(first.Folder, "a"), "changed");

        using var again = await cache.TakeAsync(id);

        (await File.ReadAllTextAsync(Path.Combine(again.Folder, "a"))).ShouldBe("weights");
        (await ArtifactFolders.IdOfFolderAsync(again.Folder)).ShouldBe(id);
    }

    [Fact]
    public async Task Should_keep_so_many_and_none_less_than_are_in_use()
    {
        using var cache = new ArtifactCache(store, Place, 2);
        var (first, second, third) = (await SaveAsync("1"), await SaveAsync("2"), await SaveAsync("3"));
        using var used = await cache.TakeAsync(first);
        (await cache.TakeAsync(second)).Dispose();
        (await cache.TakeAsync(third)).Dispose();
        (await cache.TakeAsync(third)).Dispose();

        Directory.GetDirectories(Place).Select(Path.GetFileName).ShouldBe([first.Value, third.Value], ignoreOrder: true);
    }

    [Fact]
    public async Task Should_leave_nothing_behind_when_the_store_is_damaged()
    {
        var id = await SaveAsync("weights");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "store"), "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length == 7)) await File.WriteAllTextAsync(file, "weigh");
        using var cache = new ArtifactCache(store, Place, 2);

        (await Should.ThrowAsync<InvalidDataException>(() => cache.TakeAsync(id))).Message.ShouldContain("is damaged");

        Directory.GetDirectories(Place).ShouldBeEmpty();
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private async Task<ArtifactId> SaveAsync(string content)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, $"{Guid.NewGuid():N}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "a"), content);
        return await store.SaveFolderAsync(folder);
    }
}
