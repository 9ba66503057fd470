namespace MindBridge.Inference.Tests;

/// <summary>Tests that count every live tensor of the process: nothing else may run meanwhile, or its models and prompts are counted too.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
