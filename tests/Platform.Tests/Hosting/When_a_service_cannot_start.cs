using Microsoft.AspNetCore.Builder;
using MindBridge.Platform.Hosting;

namespace MindBridge.Platform.Tests.Hosting;

public sealed class When_a_service_cannot_start
{
    [Fact]
    public async Task Should_end_with_2_when_its_configuration_lacks_something() =>
        (await ServiceProgram.RunAsync(() => throw new ArgumentException("Artifacts:Folder is empty; name a folder"))).ShouldBe(2);

    [Fact]
    public async Task Should_end_with_2_when_its_database_cannot_be_reached() =>
        (await ServiceProgram.RunAsync(() => throw new InvalidOperationException("likely transient", new Npgsql.NpgsqlException("Failed to connect to 127.0.0.1:1")))).ShouldBe(2);

    [Fact]
    public async Task Should_keep_the_trace_of_a_defect() =>
        await Should.ThrowAsync<InvalidOperationException>(() => ServiceProgram.RunAsync(() => throw new InvalidOperationException("a defect")));

    [Fact]
    public async Task Should_end_with_0_when_it_was_asked_to_end()
    {
        var builder = WebApplication.CreateBuilder();
        var service = builder.Build();
        service.Urls.Add("http://127.0.0.1:0");
        service.Lifetime.ApplicationStarted.Register(service.Lifetime.StopApplication);

        (await ServiceProgram.RunAsync(() => service)).ShouldBe(0);
    }
}
