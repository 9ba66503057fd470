using System.Text.Json;

namespace MindBridge.EndToEnd.Tests;

/// <summary>The platform as its users meet it: processes, a Postgres and a RabbitMQ of its own, and the verbs.</summary>
public sealed class When_the_platform_is_run
{
    [Fact]
    public async Task Should_end_by_itself_with_every_edit_served_after_its_processes_were_killed()
    {
        var run = await CommandLine.RunAsync(["chaos", "--minutes", "0.7", "--only", "kill", "--seed", "3", "--json"], limit: TimeSpan.FromMinutes(15));

        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        JsonDocument.Parse(run.Output.Trim()).RootElement.GetProperty("passed").GetBoolean().ShouldBeTrue();
        foreach (var process in (string[])["edit-registry", "encoder-trainer", "bridge-trainer", "inference", "evaluator", "postgres", "rabbitmq"]) run.Error.ShouldContain($"kill -9 {process}");
    }
}
