using System.CommandLine;
using MindBridge.Cli;

var root = new RootCommand("MindBridge: knowledge editing that survives LLM upgrades.");
foreach (var command in Verbs.All()) root.Subcommands.Add(command);
return await Execution.RunAsync(root, args);
