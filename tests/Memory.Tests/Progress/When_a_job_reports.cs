namespace MindBridge.Memory.Tests.Progress;

public sealed class When_a_job_reports
{
    [Fact]
    public void It_tells_the_first_step_the_last_and_few_between()
    {
        var (clock, told) = (new Clock(), new Told());
        var meter = new ProgressMeter(told, "encoder", 1000, clock: clock);
        for (var step = 1; step <= 1000; step++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(5));
            meter.Report(step, 2.0, 1e-3);
        }

        told.Reports.Count.ShouldBeInRange(40, 60);
        var last = told.Reports[^1];
        last.Finished.ShouldBeTrue();
        last.Loss.ShouldBe(2.0, 1e-9);
        last.Elapsed.ShouldBe(TimeSpan.FromSeconds(5));
        var middle = told.Reports.First(r => r.Step >= 500);
        middle.Remaining.TotalSeconds.ShouldBe(2.5, 0.1);
    }

    [Fact]
    public void A_resumed_job_counts_only_its_own_steps_and_a_bad_loss_spoils_nothing()
    {
        var (clock, told) = (new Clock(), new Told());
        var meter = new ProgressMeter(told, "bridge", 100, done: 90, clock);
        clock.Advance(TimeSpan.FromSeconds(1));
        meter.Report(91, double.NaN);
        clock.Advance(TimeSpan.FromSeconds(1));
        meter.Report(92, 3);
        told.Reports[0].Remaining.TotalSeconds.ShouldBe(9, 0.1);
        told.Reports[1].Loss.ShouldBe(3);
    }

    private sealed class Told : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value) => Reports.Add(value);
    }

    private sealed class Clock : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks;

        public void Advance(TimeSpan by) => ticks += by.Ticks;
    }
}
