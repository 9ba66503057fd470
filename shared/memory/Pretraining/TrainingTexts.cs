using System.Text;
using System.Text.Json;
using MindBridge.Artifacts;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Pretraining;

/// <summary>
/// The texts an encoder was trained on, kept in its artifact: a bridge to the next LLM is trained on the same ones, whoever still has the files they came from. A bridge that was trained on others
/// keeps those.
/// </summary>
public static class TrainingTexts
{
    private const string EditsName = "edits.jsonl";
    private const string OutOfScopeName = "out-of-scope.jsonl";
    private const string ValidationName = "validation.jsonl";
    private const string PrefixesName = "prefixes.jsonl";

    /// <summary>Whether a folder holds an artifact with its texts.</summary>
    public static bool Exist(string folder) => File.Exists(Path.Combine(folder, EditsName));

    /// <summary>Reads the texts that lie with an encoder.</summary>
    /// <exception cref="FileNotFoundException">There are none: the encoder is not one of ours, or was made by the prototype.</exception>
    /// <exception cref="InvalidDataException">A line is damaged.</exception>
    public static EncoderTrainingData Read(string encoderFolder)
    {
        if (!Exist(encoderFolder))
            throw new FileNotFoundException($"{encoderFolder} does not hold the texts it was trained on; give them with --edits FILE and --out-of-scope FILE");
        return new EncoderTrainingData
        {
            Edits = Lines<Edit>(encoderFolder, EditsName),
            OutOfScope = Lines<OutOfScopePrompt>(encoderFolder, OutOfScopeName),
            Validation = Lines<Probe>(encoderFolder, ValidationName),
            Prefixes = Lines<string>(encoderFolder, PrefixesName),
        };
    }

    internal static void Write(EncoderTrainingData data, string folder)
    {
        Lines(folder, EditsName, data.Edits);
        Lines(folder, OutOfScopeName, data.OutOfScope);
        Lines(folder, ValidationName, data.Validation);
        Lines(folder, PrefixesName, data.Prefixes);
    }

    private static void Lines<T>(string folder, string name, IEnumerable<T> values)
    {
        var text = new StringBuilder();
        foreach (var value in values) text.Append(CanonicalJson.Of(value)).Append('\n');
        File.WriteAllText(Path.Combine(folder, name), text.ToString());
    }

    private static List<T> Lines<T>(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        var values = new List<T>();
        if (!File.Exists(path)) return values;
        foreach (var line in File.ReadLines(path))
        {
            try
            {
                values.Add(JsonSerializer.Deserialize<T>(line, CanonicalJson.Options)!);
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{path}, line {values.Count + 1}: {e.Message}; copy the artifact again", e);
            }
        }

        return values;
    }
}
