using MindBridge.Evaluator.Hosting;

await EvaluatorHost.Build(args).RunAsync();
