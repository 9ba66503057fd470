using MindBridge.Evaluator.Hosting;
using MindBridge.Platform.Hosting;

return await ServiceProgram.RunAsync(() => EvaluatorHost.Build(args));
