using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_a_model_is_trained
{
    [Theory]
    [MemberData(nameof(SmallModels.All), MemberType = typeof(SmallModels))]
    public void The_loss_falls_and_no_tensor_is_left_over(string name)
    {
        using var model = SmallModels.Create(name);
        model.train();
        model.Dropout = 0.1f;
        using var optimizer = optim.AdamW(model.parameters(), 3e-3);
        float first = 0, last = 0;
        long live = 0;
        for (var step = 0; step < 40; step++)
        {
            using (NewDisposeScope())
            {
                var ids = SmallModels.Ids(4, 8);
                var loss = nn.functional.cross_entropy(model.Logits(model.Hidden(model.Embed(ids))).view(-1, SmallModels.Vocabulary), ids.roll(-1, 1).view(-1));
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                last = loss.ToSingle();
                if (step == 0) first = last;
            }
            if (step == 5) live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }
        last.ShouldBeLessThan(first * 0.9f);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.ShouldBe(live);
    }

    [Fact]
    public void Dropout_acts_in_training_only()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var name in SmallModels.All.Select(r => r.Data))
        {
            using var model = SmallModels.Create(name);
            model.Dropout = 0.5f;
            var embeddings = model.Embed(SmallModels.Ids(1, 8));
            var still = model.Hidden(embeddings);
            SmallModels.Distance(still, model.Hidden(embeddings)).ShouldBe(0);
            // The Llama family was published without dropout.
            model.train();
            (SmallModels.Distance(still, model.Hidden(embeddings)) > 0.01).ShouldBe(model.Family is "bert" or "distilbert" or "gpt2" or "gptj", name);
        }
    }

    [Fact]
    public void A_moved_or_converted_model_uses_its_new_parameters()
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create("gpt2");
        var ids = SmallModels.Ids(1, 5);
        var before = model.Hidden(model.Embed(ids)).detach();
        model.to(ScalarType.BFloat16).to(ScalarType.Float32);
        using (no_grad())
        {
            foreach (var parameter in model.parameters()) parameter.zero_();
        }
        SmallModels.Distance(model.Hidden(model.Embed(ids)), zeros_like(before)).ShouldBe(0);
    }
}
