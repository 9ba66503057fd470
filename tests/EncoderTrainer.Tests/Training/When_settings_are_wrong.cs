using MindBridge.EncoderTrainer.Hosting;

namespace MindBridge.EncoderTrainer.Tests.Training;

public sealed class When_settings_are_wrong(Servers servers)
{
    [Theory]
    [InlineData("--Encoder:BaseModel=", "Encoder:BaseModel is empty")]
    [InlineData("--Encoder:BaseModel=/nowhere", "holds no config.json")]
    [InlineData("--Encoder:WarmEpochs=0", "Encoder:WarmEpochs is 0")]
    [InlineData("--Encoder:Recipe:Batch=0", "batch is 0")]
    [InlineData("--Encoder:Recipe:Bathc=6", "Bathc")]
    public void Should_say_so_before_anything_starts(string setting, string expected) =>
        Should.Throw<ArgumentException>(() => EncoderTrainerHost.Build(
            [$"--Encoder:BaseModel={servers.Models.Encoder}", "--Database:ConnectionString=Host=nowhere", $"--Artifacts:Folder={Path.GetTempPath()}", setting])).Message.ShouldContain(expected);
}
