using MindBridge.BridgeTrainer.Hosting;

await BridgeTrainerHost.Build(args).RunAsync();
