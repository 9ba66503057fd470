using MindBridge.Inference.Hosting;
using MindBridge.Platform.Hosting;

return await ServiceProgram.RunAsync(() => InferenceHost.Build(args));
