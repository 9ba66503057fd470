using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MindBridge.Torch.Tests;

public class Dispose_scopes
{
    private static ILifetimeStatistics Fresh()
    {
        DisposeScopeManager.Statistics.Reset();
        return DisposeScopeManager.Statistics.TensorStatistics;
    }

    [Fact]
    public void Everything_made_inside_goes_at_the_end()
    {
        var statistics = Fresh();
        Tensor inner;
        using (var scope = NewDisposeScope())
        {
            inner = torch.ones(2) + 1;
            scope.DisposablesCount.ShouldBe(2);
            scope.Contains(inner).ShouldBeTrue();
            CurrentDisposeScope.ShouldBe(scope);
            statistics.CreatedInScopeCount.ShouldBe(2);
            statistics.ThreadTotalLiveCount.ShouldBe(2);
        }
        inner.IsInvalid.ShouldBeTrue();
        CurrentDisposeScope.ShouldBeNull();
        statistics.DisposedInScopeCount.ShouldBe(2);
        statistics.ThreadTotalLiveCount.ShouldBe(0);
    }

    [Fact]
    public void What_is_moved_out_or_detached_stays()
    {
        var statistics = Fresh();
        Tensor moved, detached, kept, other;
        using (var outer = NewDisposeScope())
        {
            using (var inner = NewDisposeScope())
            {
                moved = torch.ones(1).MoveToOuterDisposeScope();
                detached = torch.ones(2).DetachFromDisposeScope();
                (kept, other) = inner.MoveToOuter(torch.ones(3), torch.ones(4));
                torch.ones(5);
                inner.DisposablesCount.ShouldBe(1);
            }
            outer.DisposablesCount.ShouldBe(3);
            moved.IsInvalid.ShouldBeFalse();
            statistics.DetachedFromScopeCount.ShouldBe(1);
            kept.Dispose();
            outer.DisposablesCount.ShouldBe(2);
        }
        moved.IsInvalid.ShouldBeTrue();
        other.IsInvalid.ShouldBeTrue();
        detached.IsInvalid.ShouldBeFalse();
        statistics.ThreadTotalLiveCount.ShouldBe(1);
        using (var scope = NewDisposeScope()) scope.Attach(detached);
        detached.IsInvalid.ShouldBeTrue();
    }

    [Fact]
    public void A_tensor_moved_out_of_the_last_scope_belongs_to_nobody()
    {
        Tensor result;
        using (NewDisposeScope()) result = torch.ones(2).MoveToOuterDisposeScope();
        result.sum().ToSingle().ShouldBe(2);
        WrappedTensorDisposeScope(() => torch.ones(3) * 2).sum().ToSingle().ShouldBe(6);
    }

    [Fact]
    public void Outside_scopes_creation_and_disposal_are_counted_apart()
    {
        var statistics = Fresh();
        var x = torch.ones(2);
        statistics.CreatedOutsideScopeCount.ShouldBe(1);
        x.Dispose();
        x.Dispose();
        statistics.DisposedOutsideScopeCount.ShouldBe(1);
        statistics.CreatedInScopeCount.ShouldBe(0);
        statistics.ThreadTotalLiveCount.ShouldBe(0);
    }

    [Fact]
    public void Everything_but_some_can_go_early()
    {
        using var scope = NewDisposeScope();
        var a = torch.ones(1);
        var b = torch.ones(2);
        scope.DisposeEverythingBut(b);
        a.IsInvalid.ShouldBeTrue();
        b.IsInvalid.ShouldBeFalse();
        scope.DisposablesCount.ShouldBe(1);
        scope.DisposeEverything();
        scope.DisposablesCount.ShouldBe(0);
    }

    [Fact]
    public void Other_disposables_can_be_included()
    {
        var stream = new MemoryStream();
        using (var scope = NewDisposeScope()) scope.Include(stream);
        stream.CanRead.ShouldBeFalse();
    }

    [Fact]
    public void Scopes_of_threads_are_apart()
    {
        using var scope = NewDisposeScope();
        var (outside, inside) = (true, 0);
        var thread = new Thread(() =>
        {
            outside = CurrentDisposeScope is null;
            using var own = NewDisposeScope();
            torch.ones(1);
            inside = own.DisposablesCount;
        });
        thread.Start();
        thread.Join();
        outside.ShouldBeTrue();
        inside.ShouldBe(1);
        scope.DisposablesCount.ShouldBe(0);
    }

    [Fact]
    public void Parameters_of_a_module_made_inside_a_scope_outlive_it()
    {
        nn.Module<Tensor, Tensor> module;
        using (NewDisposeScope()) module = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3), nn.Linear(3, 1));
        using var x = torch.ones(4, 2);
        using var y = module.call(x);
        y.shape.ShouldBe([4, 1]);
        module.Dispose();
        module.parameters().ShouldBeEmpty();
    }

    [Fact]
    public void A_forgotten_tensor_is_freed_by_the_garbage_collector()
    {
        var before = Tensor.TotalCount;
        Forget();
        for (var i = 0; i < 20 && Tensor.TotalCount > before + 10; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        (Tensor.TotalCount - before).ShouldBeLessThan(100);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget()
        {
            for (var i = 0; i < 1000; i++) torch.ones(10);
        }
    }

    [Fact]
    public void Big_forgotten_tensors_do_not_pile_up()
    {
        var before = Tensor.TotalCount;
        for (var i = 0; i < 400; i++) torch.ones(1 << 22);
        (Tensor.TotalCount - before).ShouldBeLessThan(200, "16 MiB each: the garbage collector must have come by");
    }

    [Fact]
    public void A_thousand_training_steps_leave_count_and_memory_flat()
    {
        using var model = nn.Sequential(nn.Linear(64, 256), nn.GELU(), nn.LayerNorm(256), nn.Dropout(0.1), nn.Linear(256, 16));
        using var optimizer = torch.optim.AdamW(model.parameters(), 1e-3, weight_decay: 0.01);
        var scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, static n => 1.0 / (1 + n));
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;

        void Run(int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                using var scope = NewDisposeScope();
                // Rows of changing number, as length-bucketed batches have.
                var rows = 16 + i % 7 * 8;
                var x = torch.randn(rows, 64);
                var y = torch.randint(0, 16, new long[] { rows });
                model.zero_grad();
                var loss = F.cross_entropy(model.call(x), y);
                loss.backward();
                nn.utils.clip_grad_norm_(model.parameters(), 1.0);
                optimizer.step();
                scheduler.step();
            }
        }

        Run(200);
        var live = statistics.ThreadTotalLiveCount;
        var memory = Resident();
        Run(1000);
        statistics.ThreadTotalLiveCount.ShouldBe(live);
        (Resident() - memory).ShouldBeLessThan(24L << 20);

        static long Resident()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64;
        }
    }
}
