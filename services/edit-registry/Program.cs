using MindBridge.EditRegistry.Hosting;

await RegistryHost.Build(args).RunAsync();
