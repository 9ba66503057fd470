using System.CommandLine;
using MindBridge.Cli;
using MindBridge.Cli.Terminal;

OutputTerminal.Configure();
var root = new RootCommand("MindBridge: knowledge editing that survives LLM upgrades.");
foreach (var command in Verbs.All()) root.Subcommands.Add(command);
return await Execution.RunAsync(root, args);
