using MindBridge.Artifacts;
using MindBridge.Evaluator.Dashboard.UpgradingLlms;
using MindBridge.ServingWorld;

namespace MindBridge.Evaluator.Tests.Releasing;

public sealed class When_an_LLM_is_released_in_the_dashboard : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-released-").FullName;

    [Fact]
    public async Task Should_name_its_content_as_trainers_and_inference_do()
    {
        var read = await LlmFolder.ReadAsync(TrainedWorld.LlmFolder, "demo", "1", default);

        read.ShouldBe(new LlmFolder("gpt2", ContentIdentity.Of(TrainedWorld.LlmFolder)));
    }

    [Fact]
    public async Task Should_name_an_artifact_by_its_id_and_refuse_a_damaged_one()
    {
        var llm = Path.Combine(folder, "llm");
        var made = Artifact.Write("model", null, null, null, null, to => File.WriteAllText(Path.Combine(to, "config.json"), """{"model_type":"gpt2"}"""), llm);

        (await LlmFolder.ReadAsync(llm, "demo", "1", default)).ContentHash.ShouldBe(made.Id);

        await File.AppendAllTextAsync(Path.Combine(llm, "config.json"), " ");
        (await Should.ThrowAsync<ArgumentException>(() => LlmFolder.ReadAsync(llm, "demo", "1", default))).Message.ShouldContain("config.json was changed or cut short");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
