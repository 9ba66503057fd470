using System.Text.Json.Serialization;

namespace MindBridge.Cli.World;

/// <summary>What the demo may do with a fact.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FactRole>))]
internal enum FactRole
{
    /// <summary>It may be corrected; its subject is never seen in a test wording.</summary>
    Edit,

    /// <summary>Another fact about a subject that may be corrected: it shows that the rest of the subject stays as it was.</summary>
    Same,

    /// <summary>Never corrected. The base models see it in test wordings too, and so learn what these wordings mean.</summary>
    Known,
}

/// <summary>A true fact (s, r, o).</summary>
internal sealed record Fact(string Relation, string Subject, string Object, FactRole Role);
