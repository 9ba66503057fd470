using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MindBridge.Memory.Addressing;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Serving;

namespace MindBridge.Cli.Evaluating;

/// <summary>The options that name an LLM and the memory put on it, shared by the verbs that answer.</summary>
internal sealed class MemoryOptions
{
    /// <summary>How score cards and answers are printed: text as it is, and infinities and NaN by name.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public Option<string> Llm { get; } = new("--llm") { Description = "Folder of the LLM.", Required = true };

    public Option<string[]> Bridge { get; } = new("--bridge") { Description = "Folder of a bridge trained for this LLM; several for shards trained apart." };

    public Option<string[]> Encoder { get; } = new("--encoder") { Description = "Folder of the encoder, where it does not lie beside the bridge." };

    public Option<string> Edits { get; } = new("--edits") { Description = "File of the edits: builds their keys anew instead of using those kept with the encoder." };

    public Option<string> Address { get; } = new("--address")
    {
        Description = "Which feature goes to the bridge: direct (the prompt's own), nearest (the nearest edit's), subject (the edit whose subject is named and whose relation is asked for). By default what the bridge was made for.",
    };

    public Option<string> Gate { get; } = new("--gate") { Description = "on: the memory is silent below the calibrated threshold, and the LLM answers bit for bit as unedited; off: it always speaks.", DefaultValueFactory = _ => "on" };

    public Option<string> Routing { get; } = new("--routing") { Description = "With several shards: route (the surest one speaks) or concatenate (all whose gate is open).", DefaultValueFactory = _ => "route" };

    public void AddTo(Command command)
    {
        Address.AcceptOnlyFromAmong("direct", "nearest", "subject");
        Gate.AcceptOnlyFromAmong("on", "off");
        Routing.AcceptOnlyFromAmong("route", "concatenate");
        foreach (var option in (Option[])[Llm, Bridge, Encoder, Edits, Address, Gate, Routing]) command.Options.Add(option);
    }

    public MemoryFolders Open(ParseResult result, IReadOnlyList<Edit>? edits = null, IReadOnlyList<Probe>? validation = null)
    {
        var bridges = result.GetValue(Bridge) is { Length: > 0 } given ? given : throw new ArgumentException("no bridge is given; name its folder with --bridge (mindbridge bridge train makes one)");
        return MemoryFolders.Open(bridges, result.GetValue(Encoder), edits ?? EditsOf(result), validation, AddressingOf(result), result.GetValue(Gate) == "on");
    }

    public IReadOnlyList<Edit>? EditsOf(ParseResult result) => result.GetValue(Edits) is { } path ? EditSet.Resolve(EditFile.Read(path)).Edits : null;

    public AddressingMode? AddressingOf(ParseResult result) => result.GetValue(Address) switch
    {
        "direct" => AddressingMode.Direct,
        "nearest" => AddressingMode.Nearest,
        "subject" => AddressingMode.Subject,
        _ => null,
    };

    public ShardRouting RoutingOf(ParseResult result) => result.GetValue(Routing) == "concatenate" ? ShardRouting.Concatenate : ShardRouting.Route;
}
