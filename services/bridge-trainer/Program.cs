using MindBridge.BridgeTrainer.Hosting;
using MindBridge.Platform.Hosting;

return await ServiceProgram.RunAsync(() => BridgeTrainerHost.Build(args));
