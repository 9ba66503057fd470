using MindBridge.EncoderTrainer.Hosting;
using MindBridge.Platform.Hosting;

return await ServiceProgram.RunAsync(() => EncoderTrainerHost.Build(args));
