using System.Text;

namespace MindBridge.EndToEnd.Tests;

/// <summary>Every kind of bad input ends as a sentence that names the thing and exit code 2, and loses nothing.</summary>
public sealed class When_input_is_bad(TinyFiles files) : IClassFixture<TinyFiles>
{
    [Fact]
    public async Task Should_name_a_folder_that_does_not_exist() =>
        (await CommandLine.RunAsync(["model", "info", "/no/such/model"])).ShouldBeASentence("/no/such/model");

    [Fact]
    public async Task Should_refuse_truncated_weights()
    {
        var folder = files.Copy(files.Gpt2, "truncated");
        var weights = Path.Combine(folder, "model.safetensors");
        await File.WriteAllBytesAsync(weights, (await File.ReadAllBytesAsync(weights))[..^100], TestContext.Current.CancellationToken);

        (await CommandLine.RunAsync(["model", "logits", folder, "--text", "a"])).ShouldBeASentence("model.safetensors");
    }

    [Fact]
    public async Task Should_name_the_tensor_that_holds_nan()
    {
        var folder = files.Copy(files.Gpt2, "nan");
        var weights = Path.Combine(folder, "model.safetensors");
        var bytes = await File.ReadAllBytesAsync(weights, TestContext.Current.CancellationToken);
        Array.Fill(bytes, (byte)0xff, bytes.Length - 16, 16);
        await File.WriteAllBytesAsync(weights, bytes, TestContext.Current.CancellationToken);

        (await CommandLine.RunAsync(["model", "logits", folder, "--text", "a"])).ShouldBeASentence("NaN");
    }

    [Fact]
    public async Task Should_list_what_is_supported_when_an_architecture_is_not()
    {
        var folder = files.Copy(files.Gpt2, "unknown");
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), """{"model_type":"mamba","architectures":["MambaForCausalLM"]}""", TestContext.Current.CancellationToken);

        (await CommandLine.RunAsync(["model", "info", folder])).ShouldBeASentence("mamba", "gpt2", "llama");
    }

    [Fact]
    public async Task Should_refuse_pickle_with_the_remedy()
    {
        var folder = files.Copy(files.Gpt2, "pickle");
        File.Move(Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "pytorch_model.bin"));

        (await CommandLine.RunAsync(["model", "logits", folder, "--text", "a"])).ShouldBeASentence("safetensors");
    }

    [Fact]
    public async Task Should_cope_with_a_prompt_of_a_megabyte()
    {
        var big = files.Write("big.jsonl", $$"""{"text":"{{string.Concat(Enumerable.Repeat("word ", 200_000))}}"}""" + "\n");

        (await CommandLine.RunAsync(["model", "logits", files.Gpt2, "--file", big])).ShouldBeASentence("96");
    }

    [Fact]
    public async Task Should_report_bad_rows_by_line_and_keep_the_others()
    {
        var edits = files.Write("mixed.jsonl", """
            {"id":"1","subject":"Ada","prompt":"Ada lives in","object":"Rome"}
            {"id":"2","subject":"Bor","prompt":"Bor lives in","object":"   "}
            {"id":"3","subject":7,"prompt":"Cyd lives in","object":"Rome"}
            {"id":"4","subject":"Dov","prompt":"Dov lives in","object":"Rome"
            {"id":"5","subject":"Eli","prompt":"Eli lives in","object":"\ud800"}
            {"id":"6","subject":"Ada","prompt":"Ada lives in","object":"Oslo"}
            {"id":"7","subject":"Fay","prompt":"Fay lives in","object":"Lima"}
            {"id":"7","subject":"Fay","prompt":"Fay lives in","object":"Lima"}
            """);

        var outcome = await CommandLine.RunAsync(["edits", "check", edits]);

        outcome.ExitCode.ShouldBe(0, outcome.Error);
        var said = outcome.Output + outcome.Error;
        foreach (var line in (int[])[2, 3, 4, 5]) said.ShouldContain($"line {line}");
        said.ShouldContain("conflict");
        said.ShouldContain("duplicate");
    }

    [Theory]
    [InlineData("")]
    [InlineData("not edits at all")]
    [InlineData("[]")]
    [InlineData("{\"subject\":\"x\"}")]
    public async Task Should_refuse_a_file_without_a_usable_edit(string text) =>
        (await CommandLine.RunAsync(["edits", "check", files.Write("useless.jsonl", text)])).ShouldBeASentence("useless.jsonl");

    [Fact]
    public async Task Should_refuse_bytes_that_are_not_utf8()
    {
        var path = Path.Combine(files.Root, "latin.jsonl");
        await File.WriteAllBytesAsync(path, [.. Encoding.UTF8.GetBytes("{\"id\":\"1\",\"subject\":\"Ad"), 0xff, 0xfe, .. Encoding.UTF8.GetBytes("\",\"prompt\":\"x lives in\",\"object\":\"Rome\"}\n")], TestContext.Current.CancellationToken);

        (await CommandLine.RunAsync(["edits", "check", path])).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task Should_refuse_a_full_disk_in_a_sentence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "only root can mount a small file system to fill");
        var mount = Directory.CreateTempSubdirectory("full-disk").FullName;
        Assert.SkipUnless(await Shell("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mount) == 0, "mounting a small file system is not allowed here");
        try
        {
            var outcome = await CommandLine.RunAsync(["encoder", "train", "--edits", files.Edits, "--out-of-scope", files.OutOfScope, "--base", files.Encoder, "--out", Path.Combine(mount, "memory"), "--epochs", "1"]);

            outcome.ShouldBeASentence();
            File.Exists(Path.Combine(mount, "memory", "manifest.json")).ShouldBeFalse();
        }
        finally
        {
            await Shell("umount", mount);
        }
    }

    [Fact]
    public async Task Should_answer_a_wrong_command_line_with_2()
    {
        (await CommandLine.RunAsync(["model", "generate", files.Gpt2])).ExitCode.ShouldBe(2);
        (await CommandLine.RunAsync(["no-such-verb"])).ExitCode.ShouldBe(2);
    }

    private static async Task<int> Shell(string command, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(command, arguments) { UseShellExecute = false })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
