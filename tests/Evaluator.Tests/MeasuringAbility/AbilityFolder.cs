using System.Text;
using Google.Protobuf;
using MindBridge.Cli.Ability;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Evaluator.Tests.MeasuringAbility;

/// <summary>A user's folder of general-ability data, small, and of our own making.</summary>
internal sealed class AbilityFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mindbridge-ability-").FullName;

    /// <summary>Every task, about a dozen questions each.</summary>
    public static AbilityFolder Whole()
    {
        var folder = new AbilityFolder();
        string[] good = ["a warm and clever film", "funny from the first scene on", "the best of the year"], bad = ["dull and far too long", "a waste of an evening", "nobody laughed"];
        folder.Write("glue/sst2.jsonl", Lines([.. good.SelectMany((g, i) => (string[])[$$"""{"sentence": "{{g}}", "label": 1}""", $$"""{"sentence": "{{bad[i]}}", "label": 0}"""])]));
        folder.Write("glue/cola.jsonl", Lines("""{"sentence": "The cat sat on the mat.", "label": 1, "idx": 1}""", """{"sentence": "Cat the on sat.", "label": 0, "idx": 2}"""));
        folder.Write("glue/mrpc.jsonl", Lines("""{"sentence1": "He left at noon.", "sentence2": "At noon he went away.", "label": 1}""", """{"sentence1": "He left at noon.", "sentence2": "It rained.", "label": 0}"""));
        folder.Write("glue/rte.jsonl", Lines("""{"sentence1": "A dog barks.", "sentence2": "An animal makes a noise.", "label": 0}""", """{"sentence1": "A dog barks.", "sentence2": "A cat sleeps.", "label": 1}"""));
        folder.Write("glue/nli.jsonl", Lines("""{"index": "1", "sentence1": "Snow fell.", "sentence2": "It was cold.", "label": "entailment"}""", """{"index": "2", "sentence1": "Snow fell.", "sentence2": "It was hot.", "label": "not_entailment"}"""));
        folder.Write("mmlu/dev/simple_sums_dev.csv", "question,choice0,choice1,choice2,choice3,answer\nOne and one?,1,2,3,4,1\nTwo and two?,2,3,4,5,2\n\"One, or none?\",0,\"1, or \"\"one\"\"\",2,3,0\n");
        folder.Write("wikitext-2/test.txt", string.Concat(Enumerable.Range(1, 6).Select(i => $" = Part {i} = \n {string.Join(' ', Enumerable.Range(0, 24 + i).Select(w => $"word{(w * i) % 17}"))} .\n")));
        return folder;
    }

    public void Write(string name, string text)
    {
        var file = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public static string Lines(params string[] lines) => string.Concat(lines.Select(l => l + "\n"));

    /// <summary>The items as they are sent.</summary>
    public static string Sent(AbilityData data) => string.Concat(data.Items.Select(i => i.ToLine() + "\n"));

    /// <summary>Sends items in pieces that end anywhere.</summary>
    public static async Task<StartedEvaluation> StartAsync(Contracts.V1.Evaluator.EvaluatorClient evaluator, Tenant tenant, StartAbilityRequest first, string lines)
    {
        using var call = evaluator.StartAbility(tenant.AsOperator);
        var request = first;
        foreach (var piece in Encoding.UTF8.GetBytes(lines).Chunk(1000))
        {
            request.Lines = ByteString.CopyFrom(piece);
            await call.RequestStream.WriteAsync(request);
            request = new StartAbilityRequest();
        }

        await call.RequestStream.CompleteAsync();
        return await call;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
