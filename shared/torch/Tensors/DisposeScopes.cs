namespace TorchSharp;

/// <summary>
/// Owns the tensors made on its thread while it is the innermost one, and disposes of them when it ends.
/// Scopes nest; a tensor that shall outlive its scope is moved out or detached.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    private readonly DisposeScopeManager manager;

    // Tensors know their place, so that taking one out costs no search; other disposables are few.
    private List<torch.Tensor> tensors;
    private HashSet<IDisposable>? others;

    public DisposeScope(DisposeScopeManager disposeScopeManager)
    {
        manager = disposeScopeManager ?? throw new ArgumentNullException(nameof(disposeScopeManager));
        OuterScope = manager.Innermost;
        tensors = manager.RentList();
    }

    internal DisposeScope? OuterScope { get; }

    /// <summary>A copy of what the scope holds now.</summary>
    public IReadOnlyList<IDisposable> DisposablesView => [.. tensors, .. others ?? []];

    public int DisposablesCount => tensors.Count + (others?.Count ?? 0);

    internal void Own(torch.Tensor tensor)
    {
        tensor.OwningDisposeScope = this;
        tensor.PlaceInScope = tensors.Count;
        tensors.Add(tensor);
    }

    private bool Remove(IDisposable disposable)
    {
        if (disposable is not torch.Tensor tensor) return others?.Remove(disposable) == true;
        if (!ReferenceEquals(tensor.OwningDisposeScope, this)) return false;
        var last = tensors[^1];
        tensors[tensor.PlaceInScope] = last;
        last.PlaceInScope = tensor.PlaceInScope;
        tensors.RemoveAt(tensors.Count - 1);
        tensor.OwningDisposeScope = null;
        return true;
    }

    private void Add(IDisposable disposable)
    {
        if (disposable is torch.Tensor tensor)
        {
            if (ReferenceEquals(tensor.OwningDisposeScope, this)) return;
            tensor.OwningDisposeScope?.Remove(tensor);
            tensor.DropGuard();
            Own(tensor);
        }
        else
        {
            (others ??= new(ReferenceEqualityComparer.Instance)).Add(disposable);
        }
    }

    /// <summary>Puts a disposable under this scope; tensors made inside it are already.</summary>
    public T Include<T>(T disposable) where T : IDisposable
    {
        Add(disposable);
        return disposable;
    }

    /// <summary>Hands a disposable to the scope around this one, or to nobody when there is none.</summary>
    public T MoveToOuter<T>(T disposable) where T : IDisposable => MoveToOther(OuterScope, disposable);

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second));

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third) where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOuter((IEnumerable<IDisposable>)disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(OuterScope, disposables);

    public T MoveToOther<T>(DisposeScope? scope, T disposable) where T : IDisposable
    {
        if (!Remove(disposable)) return disposable;
        if (scope is not null)
        {
            scope.Add(disposable);
        }
        else
        {
            manager.StatisticsInstance.Of(disposable).DetachedFromScopeCount++;
            (disposable as torch.Tensor)?.RaiseGuard();
        }
        return disposable;
    }

    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables) => MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables) MoveToOther(scope, disposable);
    }

    /// <summary>Takes a disposable out of all scopes; the garbage collector or the caller frees it.</summary>
    public T Detach<T>(T disposable) where T : IDisposable
    {
        if (!Remove(disposable)) return disposable;
        manager.StatisticsInstance.Of(disposable).DetachedFromScopeCount++;
        (disposable as torch.Tensor)?.RaiseGuard();
        return disposable;
    }

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (Detach(first), Detach(second));

    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third) where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (Detach(first), Detach(second), Detach(third));

    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables) Detach(disposable);
    }

    /// <summary>Puts a disposable that belongs to no scope under this one.</summary>
    public T Attach<T>(T disposable) where T : IDisposable
    {
        if (disposable is torch.Tensor { OwningDisposeScope: null, IsInvalid: false }) manager.StatisticsInstance.Of(disposable).AttachedToScopeCount++;
        Add(disposable);
        return disposable;
    }

    public bool Contains(IDisposable disposable) =>
        disposable is torch.Tensor tensor ? ReferenceEquals(tensor.OwningDisposeScope, this) : others?.Contains(disposable) == true;

    public void DisposeEverything()
    {
        var statistics = manager.StatisticsInstance.Tensors;
        foreach (var tensor in tensors)
        {
            tensor.OwningDisposeScope = null;
            if (tensor.IsInvalid) continue;
            statistics.DisposedInScopeCount++;
            tensor.Release();
        }
        tensors.Clear();
        if (others is null) return;
        var rest = others;
        others = null;
        foreach (var disposable in rest)
        {
            manager.StatisticsInstance.Of(disposable).DisposedInScopeCount++;
            disposable.Dispose();
        }
    }

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var keep = inKeep.ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var disposable in DisposablesView)
            if (!keep.Contains(disposable))
            {
                if (disposable is torch.Tensor) { disposable.Dispose(); continue; }
                others!.Remove(disposable);
                manager.StatisticsInstance.Of(disposable).DisposedInScopeCount++;
                disposable.Dispose();
            }
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut([keep]);
        return keep;
    }

    public void Dispose()
    {
        DisposeEverything();
        var list = tensors;
        tensors = [];
        manager.RemoveDisposeScope(this, list);
    }

    /// <summary>Tells the scope that something it holds was disposed of elsewhere.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        if (Remove(disposable)) manager.StatisticsInstance.Of(disposable).DisposedInScopeCount++;
    }
}

/// <summary>The scopes and counters of one thread.</summary>
public class DisposeScopeManager
{
    [ThreadStatic] private static DisposeScopeManager? threadSingleton;

    private readonly Stack<DisposeScope> scopes = new();
    private readonly Stack<List<torch.Tensor>> spare = new();

    internal static DisposeScopeManager ThreadSingleton => threadSingleton ??= new DisposeScopeManager();

    internal ThreadDisposeScopeStatistics StatisticsInstance { get; } = new();

    /// <summary>Counters of what this thread made and disposed of.</summary>
    public static ThreadDisposeScopeStatistics Statistics => ThreadSingleton.StatisticsInstance;

    internal DisposeScope? Innermost { get; private set; }

    // The lists of ended scopes are used again: a training step opens scopes by the hundred.
    internal List<torch.Tensor> RentList() => spare.TryPop(out var list) ? list : [];

    internal static DisposeScope NewDisposeScope()
    {
        var manager = ThreadSingleton;
        var scope = new DisposeScope(manager);
        manager.scopes.Push(scope);
        manager.Innermost = scope;
        return scope;
    }

    internal void RemoveDisposeScope(DisposeScope scope, List<torch.Tensor> list)
    {
        if (!ReferenceEquals(Innermost, scope)) return;
        scopes.Pop();
        Innermost = scopes.Count > 0 ? scopes.Peek() : null;
        spare.Push(list);
    }
}

public interface ILifetimeStatistics
{
    long CreatedOutsideScopeCount { get; }
    long DisposedOutsideScopeCount { get; }
    long CreatedInScopeCount { get; }
    long DisposedInScopeCount { get; }
    long AttachedToScopeCount { get; }
    long DetachedFromScopeCount { get; }
    long ThreadTotalLiveCount { get; }
    void Reset();
}

/// <summary>Counters of one kind of disposable on one thread.</summary>
public class LifetimeStatistics : ILifetimeStatistics
{
    public long CreatedOutsideScopeCount { get; internal set; }
    public long DisposedOutsideScopeCount { get; internal set; }
    public long CreatedInScopeCount { get; internal set; }
    public long DisposedInScopeCount { get; internal set; }
    public long AttachedToScopeCount { get; internal set; }
    public long DetachedFromScopeCount { get; internal set; }

    /// <summary>Made and not yet disposed of, on this thread.</summary>
    public long ThreadTotalLiveCount => CreatedInScopeCount - DisposedInScopeCount + (CreatedOutsideScopeCount - DisposedOutsideScopeCount);

    public void Reset() =>
        CreatedOutsideScopeCount = DisposedOutsideScopeCount = CreatedInScopeCount = DisposedInScopeCount = AttachedToScopeCount = DetachedFromScopeCount = 0;

    public override string ToString() =>
        $"ThreadTotalLiveCount: {ThreadTotalLiveCount}; CreatedOutsideScopeCount: {CreatedOutsideScopeCount}; DisposedOutsideScopeCount: {DisposedOutsideScopeCount}; " +
        $"CreatedInScopeCount: {CreatedInScopeCount}; DisposedInScopeCount: {DisposedInScopeCount}; DetachedFromScopeCount: {DetachedFromScopeCount}";
}

/// <summary>All counters of one thread: tensors, and everything else that scopes hold.</summary>
public class ThreadDisposeScopeStatistics : ILifetimeStatistics
{
    internal LifetimeStatistics Tensors { get; } = new();

    internal LifetimeStatistics Rest { get; } = new();

    internal LifetimeStatistics Of(IDisposable disposable) => disposable is torch.Tensor ? Tensors : Rest;

    public ILifetimeStatistics TensorStatistics => Tensors;

    public ILifetimeStatistics PackedSequenceStatistics => Rest;

    public long CreatedOutsideScopeCount => Tensors.CreatedOutsideScopeCount + Rest.CreatedOutsideScopeCount;

    public long DisposedOutsideScopeCount => Tensors.DisposedOutsideScopeCount + Rest.DisposedOutsideScopeCount;

    public long CreatedInScopeCount => Tensors.CreatedInScopeCount + Rest.CreatedInScopeCount;

    public long DisposedInScopeCount => Tensors.DisposedInScopeCount + Rest.DisposedInScopeCount;

    public long AttachedToScopeCount => Tensors.AttachedToScopeCount + Rest.AttachedToScopeCount;

    public long DetachedFromScopeCount => Tensors.DetachedFromScopeCount + Rest.DetachedFromScopeCount;

    public long ThreadTotalLiveCount => Tensors.ThreadTotalLiveCount + Rest.ThreadTotalLiveCount;

    public void Reset()
    {
        Tensors.Reset();
        Rest.Reset();
    }

    public override string ToString() => Tensors.ToString();
}

public static partial class torch
{
    /// <summary>Opens a scope; everything made on this thread until it is disposed of belongs to it.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.NewDisposeScope();

    /// <summary>The innermost scope of this thread, or null.</summary>
    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.ThreadSingleton.Innermost;

    /// <summary>Runs a function in a scope of its own and moves its result out.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }
}
