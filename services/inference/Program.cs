using MindBridge.Inference.Hosting;

await InferenceHost.Build(args).RunAsync();
