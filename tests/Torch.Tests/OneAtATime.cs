// The default generator and the resident memory belong to the process, so tests take turns.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
