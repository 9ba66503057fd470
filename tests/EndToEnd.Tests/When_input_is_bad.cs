using System.Text;

namespace MindBridge.EndToEnd.Tests;

/// <summary>Every kind of bad input ends as a sentence that names the thing and exit code 2, and loses nothing.</summary>
public sealed class When_input_is_bad(TinyFiles files) : IClassFixture<TinyFiles>
{
    [Fact]
    public async Task Should_name_a_folder_that_does_not_exist() =>
        (await CommandLine.RunAsync(["model", "info", "/no/such/model"])).ShouldBeASentence("/no/such/model");

    [Fact]
    public async Task Should_say_that_a_file_is_no_folder() =>
        (await CommandLine.RunAsync(["model", "info", files.Edits])).ShouldBeASentence(files.Edits, "is a file");

    [Fact]
    public async Task Should_release_no_model_that_does_not_write() =>
        (await CommandLine.RunAsync(["llm", "release", "reader", "--path", files.Encoder])).ShouldBeASentence("bert", "give the folder of an LLM");

    [Fact]
    public async Task Should_not_pass_a_bench_that_measured_nothing() =>
        (await CommandLine.RunAsync(["bench", "grpc", "--only", "zzzz"])).ShouldBeASentence("zzzz");

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

    [Theory]
    [InlineData("--device cuda:99", "libtorch sees no GPU here")]
    [InlineData("--device tpu", "must be cpu, cuda or cuda:N")]
    [InlineData("--set threads=0", "threads is 0")]
    [InlineData("--set batch=x", "give a whole number")]
    [InlineData("--wordings -1", "wordings are -1")]
    [InlineData("--prefixes nothere.txt", "nothere.txt")]
    [InlineData("--templates nothere", "no such file or folder")]
    public async Task Should_refuse_a_setting_before_it_trains(string setting, string sentence)
    {
        var memory = Path.Combine(files.Root, "refused");

        (await CommandLine.RunAsync(["encoder", "train", "--edits", files.Edits, "--base", files.Encoder, "--out", memory, .. setting.Split(' ')])).ShouldBeASentence(sentence);

        Directory.Exists(memory).ShouldBeFalse();
    }

    [Fact]
    public async Task Should_refuse_before_it_trains_what_it_could_not_end_with()
    {
        string[] run = ["run", "--edits", files.Edits, "--encoder-base", files.Encoder, "--out", Path.Combine(files.Root, "refused-run")];

        (await CommandLine.RunAsync([.. run, "--llm", files.Encoder])).ShouldBeASentence("give the folder of an LLM");
        (await CommandLine.RunAsync([.. run, "--llm", files.Gpt2, "--json", files.Root])).ShouldBeASentence("is a folder; give a file");
        (await CommandLine.RunAsync(["encoder", "train", "--edits", files.Edits, "--base", files.Encoder, "--out", files.Edits])).ShouldBeASentence("is a file");
        Directory.Exists(Path.Combine(files.Root, "refused-run")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"items":[]}""")]
    [InlineData("""{"items":[{}]}""")]
    [InlineData("""{"items":[{"ids":"x","text":"a"}]}""")]
    [InlineData("""{"items":[5]}""")]
    public async Task Should_not_call_a_model_checked_by_golden_values_that_are_none(string golden)
    {
        var folder = files.Copy(files.Gpt2, "golden");
        await File.WriteAllTextAsync(Path.Combine(folder, "golden.json"), golden, TestContext.Current.CancellationToken);

        (await CommandLine.RunAsync(["model", "check", folder])).ShouldBeASentence("golden.json");
    }

    [Theory]
    [InlineData("--rabbitmq", "bogus")]
    [InlineData("--postgres", "bogus")]
    [InlineData("--encoder-base", "an LLM")]
    public async Task Should_start_no_platform_on_what_is_no_server_and_no_encoder(string option, string value)
    {
        var home = Path.Combine(files.Root, "home");

        (await CommandLine.RunAsync(["up", "--home", home, option, option == "--encoder-base" ? files.Gpt2 : value])).ShouldBeASentence(option);

        (await CommandLine.RunAsync(["down", "--home", home])).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Should_say_which_probes_it_leaves_out()
    {
        var probes = files.Write("probes.jsonl", """
            {"kind":"rel","prompt":"Ada lives in","answer":"Rome"}
            {"kind":"nonsense","prompt":"Bor lives in","answer":"Oslo"}
            """);

        var outcome = await CommandLine.RunAsync(["evaluate", "--llm", files.Gpt2, "--probes", probes, "--protocol", "generate-exact"]);

        outcome.ExitCode.ShouldBe(0, outcome.Error);
        outcome.Error.ShouldContain("1 row");
        outcome.Error.ShouldContain("line 2");
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
