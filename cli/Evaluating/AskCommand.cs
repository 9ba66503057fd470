using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MindBridge.Memory.Addressing;
using MindBridge.Memory.Rivals;
using MindBridge.Memory.Serving;
using MindBridge.Models;
using static TorchSharp.torch;

namespace MindBridge.Cli.Evaluating;

/// <summary><c>mindbridge ask --llm DIR --bridge DIR "prompt"</c>.</summary>
internal static class AskCommand
{
    public static Command Create()
    {
        var memory = new MemoryOptions();
        var prompt = new Argument<string[]>("prompt") { Description = "One or more prompts, each in quotes; with none, prompts are read from standard input, one a line.", Arity = ArgumentArity.ZeroOrMore };
        var tokens = new Option<int>("--max-tokens") { Description = "Most tokens an answer may have.", DefaultValueFactory = _ => 16 };
        var nearest = new Option<int>("--nearest") { Description = "How many of the nearest edits to show.", DefaultValueFactory = _ => 3 };
        var json = new Option<bool>("--json")
        {
            Description = "One object a prompt: {\"prompt\",\"base\",\"edited\",\"open\",\"reason\",\"inScope\",\"fired\",\"nearest\",\"baseTop\",\"editedTop\"}; the tops are the ten largest logits of the first answer token.",
        };
        var command = new Command("ask", "Answer prompts with the base LLM and the edited one side by side, and say why the memory did or did not speak.") { prompt, tokens, nearest, json };
        memory.AddTo(command);
        command.SetAction((result, cancellation) =>
        {
            if (result.GetValue(tokens) < 1) throw new ArgumentException($"--max-tokens {result.GetValue(tokens)}: give at least 1");
            if (result.GetValue(nearest) < 0) throw new ArgumentException($"--nearest {result.GetValue(nearest)}: give 0 or more");
            using var llm = Llm.From(result.GetRequiredValue(memory.Llm));
            using var folders = memory.Open(result);
            using var edited = folders.On(llm, memory.RoutingOf(result));
            using var unedited = new Unedited(llm);
            var given = result.GetValue(prompt) ?? [];
            var refused = 0;
            foreach (var text in given.Length > 0 ? given : Lines(Console.In))
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    if (string.IsNullOrWhiteSpace(text)) throw new ArgumentException("a prompt is blank; give at least one word");
                    var answer = Ask(llm, edited, unedited, text, result.GetValue(tokens), cancellation);
                    Console.WriteLine(result.GetValue(json) ? Json(answer, result.GetValue(nearest)) : Text(answer, result.GetValue(nearest)));
                }
                catch (Exception e) when (e is ArgumentException or InvalidDataException)
                {
                    // The prompts behind it are answered all the same.
                    Console.Error.WriteLine($"mindbridge: {(text.Length > 60 ? text[..60] + "..." : text)}: {e.Message}");
                    refused++;
                }
            }

            return Task.FromResult(refused == 0 ? 0 : 2);
        });
        return command;
    }

    private static Answers Ask(Llm llm, EditedModel edited, Unedited unedited, string prompt, int tokens, CancellationToken cancellation)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var plain = unedited.Prepare([prompt])[0];
        var request = edited.Prepare([prompt])[0];
        string Continue(Request of)
        {
            var made = Passes.Greedy(edited, [of], [Math.Min(tokens, llm.Model.MaxPositions - of.Length)], (_, soFar) => llm.Tokenizer.Decode(soFar).Contains('\n'), cancellation)[0];
            return llm.Tokenizer.Decode(made).Trim();
        }
        return new Answers(prompt, Continue(plain), Continue(request), request.Decision!, Top(unedited, plain), Top(edited, request));
    }

    private static float[][] Top(Answerer answerer, Request request)
    {
        using var scope = NewDisposeScope();
        var (values, ids) = Passes.NextTokenLogits(answerer, [request])[0].topk(10);
        return [.. ids.data<long>().ToArray().Zip(values.data<float>().ToArray(), (id, value) => new[] { id, value })];
    }

    private static string Json(Answers answers, int nearest) => JsonSerializer.Serialize(new
    {
        prompt = answers.Prompt,
        @base = answers.Base,
        edited = answers.Edited,
        open = answers.Decision.Open,
        reason = answers.Decision.Reason,
        inScope = answers.Decision.Evidence.InScope,
        shard = answers.Decision.Shard,
        fired = answers.Decision.Fired is { } fired ? Describe(fired) : null,
        nearest = answers.Decision.Nearest.Take(nearest).Select(Describe),
        baseTop = answers.BaseTop,
        editedTop = answers.EditedTop,
    }, MemoryOptions.Json);

    private static object Describe(NearestEdit edit) => new
    {
        id = edit.Edit.EditId, subject = edit.Edit.Subject, prompt = edit.Edit.Prompt, @object = edit.Edit.Object, similarity = edit.Similarity,
    };

    private static string Text(Answers answers, int nearest)
    {
        var lines = new List<string>
        {
            answers.Prompt,
            $"  base     {answers.Base}",
            $"  edited   {answers.Edited}",
            string.Create(CultureInfo.InvariantCulture, $"  memory   {(answers.Decision.Open ? "open" : "closed")}: {answers.Decision.Reason} (existence score {answers.Decision.Evidence.InScope:0.000})"),
        };
        if (answers.Decision.Fired is { } fired) lines.Add($"  fired    edit {fired.Edit.EditId}: {fired.Edit.Prompt} {fired.Edit.Object}");
        foreach (var edit in answers.Decision.Nearest.Take(nearest))
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"  near     {edit.Similarity:0.000}  edit {edit.Edit.EditId}: {edit.Edit.Prompt} {edit.Edit.Object}"));
        return string.Join(Environment.NewLine, lines);
    }

    private static IEnumerable<string> Lines(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
            if (!string.IsNullOrWhiteSpace(line)) yield return line;
    }

    private sealed record Answers(string Prompt, string Base, string Edited, Decision Decision, float[][] BaseTop, float[][] EditedTop);
}
