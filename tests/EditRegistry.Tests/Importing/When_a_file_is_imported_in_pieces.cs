using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EditRegistry.Tests.Importing;

public sealed class When_a_file_is_imported_in_pieces(Registry registry)
{
    [Fact]
    public async Task Should_import_it_once_and_name_the_rows_that_will_not_do()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        var rows = Enumerable.Range(0, 300).Select(i => $$"""{"id":"{{i}}","subject":"subject {{i}}","relation":"P1","prompt":"The colour of subject {{i}} is","object":"{{(i == 7 ? "" : "red")}}"}""");
        var file = Encoding.UTF8.GetBytes(string.Join('\n', rows));

        var first = await ImportAsync(caller, memory, file);
        var again = await ImportAsync(caller, memory, file);

        (first[^1].Accepted, first[^1].Repeated, first[^1].Finished).ShouldBe((299L, 0L, true));
        first.Select(p => p.ThroughRow).ShouldBeInOrder();
        var problem = first.SelectMany(p => p.Problems).ShouldHaveSingleItem();
        (problem.Row, problem.Field, problem.Warning).ShouldBe((8L, "object", false));
        problem.Remedy.ShouldNotBeEmpty();
        (again[^1].Accepted, again[^1].Repeated).ShouldBe((0L, 299L));
    }

    [Fact]
    public async Task Should_say_what_is_wrong_with_a_file_that_is_none()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();

        var refused = await Should.ThrowAsync<RpcException>(() => ImportAsync(caller, memory, [0, 1, 2, 3]));

        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refused.Status.Detail.ShouldNotContain(Path.GetTempPath());
    }

    [Fact]
    public async Task Should_not_reach_another_tenants_memory()
    {
        var memory = await registry.NewTenant().MemoryAsync();

        (await Should.ThrowAsync<RpcException>(() => ImportAsync(registry.NewTenant(), memory, "{}"u8.ToArray()))).StatusCode.ShouldBe(StatusCode.NotFound);
    }

    private static async Task<IReadOnlyList<Wire.ImportProgress>> ImportAsync(RegistryClient caller, string memory, byte[] file)
    {
        using var call = caller.Grpc.ImportEdits(caller.Headers);
        var heard = new List<Wire.ImportProgress>();
        try
        {
            await call.RequestStream.WriteAsync(new Wire.ImportedPiece { Memory = memory });
            foreach (var piece in file.Chunk(1000)) await call.RequestStream.WriteAsync(new Wire.ImportedPiece { Content = ByteString.CopyFrom(piece) });
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // Refused before it was whole; the answer says why.
        }

        while (await call.ResponseStream.MoveNext(CancellationToken.None)) heard.Add(call.ResponseStream.Current);
        return heard;
    }
}
