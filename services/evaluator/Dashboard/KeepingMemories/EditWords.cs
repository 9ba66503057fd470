using MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Dashboard.KeepingMemories;

/// <summary>The states of edits as people call them.</summary>
internal static class EditWords
{
    public static string State(RecordedEdit edit) => edit switch
    {
        { Retraction: true } => "retraction",
        { State: EditState.Pending } => "waiting",
        { State: EditState.Committed } => "committed",
        { State: EditState.Superseded } => "superseded",
        _ => "retracted",
    };

    public static string Chip(EditState state) => state switch { EditState.Pending => "busy", EditState.Committed => "good", EditState.Superseded => "", _ => "warn" };
}
