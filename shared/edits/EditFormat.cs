namespace MindBridge.Memory.Edits;

/// <summary>Whose fields the rows have.</summary>
public enum EditFormat
{
    /// <summary>{"subject", "prompt", "object", "relation"?, "id"?, "old"?, "wordings"?, "paraphrases"?, "locality"?: [{"prompt", "answer"}], "same_subject"?, "portability"?}.</summary>
    Own,

    /// <summary>CounterFact flattened as EasyEdit does: "prompt", "target_new", "rephrase_prompt", "locality_prompt".</summary>
    CounterFactFlat,

    /// <summary>CounterFact as ROME published it: "requested_rewrite", "paraphrase_prompts", "neighborhood_prompts".</summary>
    CounterFact,

    /// <summary>ZsRE as MEND published it: "src", "alt", "answers", "rephrase", "loc".</summary>
    Mend,

    /// <summary>ZsRE flattened: "prompt", "target_new", "paraphrase_prompts", "locality_prompt", "cond".</summary>
    ZsreFlat,
}

/// <summary>How the rows are written down.</summary>
public enum EditSyntax
{
    /// <summary>One JSON object a line.</summary>
    JsonLines,

    /// <summary>A JSON array of objects.</summary>
    JsonArray,

    /// <summary>JSON objects one after another, over several lines each.</summary>
    JsonObjects,

    /// <summary>Comma-, semicolon- or tab-separated values with a header row.</summary>
    Csv,

    /// <summary>Plain text, one prompt a line; for files of prompts only.</summary>
    Text,
}
