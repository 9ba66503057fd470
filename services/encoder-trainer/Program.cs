using MindBridge.EncoderTrainer.Hosting;

await EncoderTrainerHost.Build(args).RunAsync();
