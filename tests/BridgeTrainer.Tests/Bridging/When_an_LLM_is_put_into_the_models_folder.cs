using Microsoft.AspNetCore.Builder;
using MindBridge.Artifacts;
using Wire = MindBridge.Contracts.V1;
using static MindBridge.Trainers.Tests.Platform;

namespace MindBridge.BridgeTrainer.Tests.Bridging;

public sealed class When_an_LLM_is_put_into_the_models_folder(Servers servers) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-models-").FullName;

    [Fact]
    public async Task Should_release_it_once_it_is_whole_and_bridge_every_memory_to_it()
    {
        await using var platform = await StartAsync(servers);
        var memory = await platform.MemoryAsync();
        await platform.EncoderTrainerAsync();
        await platform.CommitAsync(memory, Home("Ada", "Rome"), Home("Bor", "Oslo"));
        Copy(servers.Models.Encoder, "bert");
        Copy(servers.Models.Llama, "llama/3.1");
        var weights = Path.Combine(Copy(servers.Models.Gpt2, "gpt"), "model.safetensors");
        var whole = await File.ReadAllBytesAsync(weights);
        await File.WriteAllBytesAsync(weights, whole[..^100]);
        var host = await WatchAsync(platform);

        // Cut short: named, and left alone; the others are not kept waiting.
        await Eventually.HoldsAsync(() => Task.FromResult(platform.Notes.All.FirstOrDefault(note => note.StartsWith("gpt 1 in ", StringComparison.Ordinal) && note.Contains("is not released") && note.Contains("model.safetensors")).ShouldNotBeNull()));
        await Eventually.HoldsAsync(() => Task.FromResult(platform.Notes.All.FirstOrDefault(note => note.StartsWith("bert 1 in ", StringComparison.Ordinal) && note.Contains("is an encoder")).ShouldNotBeNull()));
        var llama = (await LlmsAsync(platform, 1))[0];
        (llama.Name, llama.Version, llama.Family, llama.ContentHash).ShouldBe(("llama", "3.1", "llama", ContentIdentity.Of(servers.Models.Llama)));
        await platform.BridgeOfAsync(memory, Guid.Parse(llama.Id), 1);

        await File.WriteAllBytesAsync(weights, whole);
        var gpt = (await LlmsAsync(platform, 2)).Single(llm => llm.Name == "gpt");
        await platform.BridgeOfAsync(memory, Guid.Parse(gpt.Id), 1);

        // A restart finds them known; one that was retired stays so.
        await platform.Services.EditRegistry().RetireLlmAsync(new Wire.RetireLlmRequest { Id = gpt.Id });
        await platform.StopAsync(host);
        platform.FreeAddressOf("BridgeTrainer");
        var before = platform.Notes.All.Count(IsRelease);
        await WatchAsync(platform);
        Copy(servers.Models.Gpt2, "gpt-again");
        (await LlmsAsync(platform, 2)).Select(llm => llm.Name).ShouldBe(["llama", "gpt-again"]);
        platform.Notes.All.Count(IsRelease).ShouldBe(before + 1);
        platform.Notes.All.Count(note => note.StartsWith("bert 1 in ", StringComparison.Ordinal)).ShouldBe(2, "said once by each worker");
    }

    [Fact]
    public async Task Should_say_at_the_start_that_there_is_no_such_folder()
    {
        await using var platform = await StartAsync(servers);

        (await Should.ThrowAsync<ArgumentException>(() => platform.BridgeTrainerAsync("--Bridge:WatchModels=/no/such/folder"))).Message.ShouldStartWith("Bridge:WatchModels is /no/such/folder");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static bool IsRelease(string note) => note.EndsWith("and is released", StringComparison.Ordinal);

    private Task<WebApplication> WatchAsync(Trainers.Tests.Platform platform) => platform.BridgeTrainerAsync($"--Bridge:WatchModels={folder}", "--Bridge:ModelsSettle=00:00:00.6");

    private static async Task<IReadOnlyList<Wire.LlmVersion>> LlmsAsync(Trainers.Tests.Platform platform, int count)
    {
        IReadOnlyList<Wire.LlmVersion> found = [];
        await Eventually.HoldsAsync(async () => (found = (await platform.Services.EditRegistry().ListLlmsAsync(new Wire.ListLlmsRequest())).Llms).Count.ShouldBe(count));
        return found;
    }

    private string Copy(string from, string name)
    {
        var to = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        return to;
    }
}
