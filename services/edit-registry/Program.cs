using MindBridge.EditRegistry.Hosting;
using MindBridge.Platform.Hosting;

return await ServiceProgram.RunAsync(() => RegistryHost.Build(args));
