using MindBridge.Memory.Bridging;
using MindBridge.Memory.Pretraining;
using TorchSharp;

namespace MindBridge.Memory.Tests.Training;

/// <summary>Counts every live tensor of the process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class When_training_goes_on_for_long(TinyWorld world) : IClassFixture<TinyWorld>
{
    [Fact]
    public async Task Steps_leave_no_tensors_behind()
    {
        // A first run of everything, since static tables are made once; then twice the steps must leave as many tensors as once.
        await Train(1, "warm");
        var before = torch.Tensor.TotalCount;
        await Train(2, "short");
        var after = torch.Tensor.TotalCount;
        await Train(8, "long");
        (torch.Tensor.TotalCount - after).ShouldBeLessThanOrEqualTo(after - before);

        async Task Train(int epochs, string name)
        {
            await EncoderTrainer.TrainAsync(TinyWorld.EncoderSettings with { Epochs = epochs }, TinyWorld.EncoderData, world.Encoder, world.Folder(name), cancellationToken: TestContext.Current.CancellationToken);
            await BridgeTrainer.TrainAsync(TinyWorld.BridgeSettings with { Epochs = epochs }, TinyWorld.BridgeData, [world.Folder(name)], world.Gpt2, world.Folder(name + "-bridge"), cancellationToken: TestContext.Current.CancellationToken);
        }
    }
}
