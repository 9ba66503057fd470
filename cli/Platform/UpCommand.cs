using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MindBridge.Cli.Demo;
using MindBridge.Cli.Terminal;
using MindBridge.LocalServers;
using MindBridge.Models;
using MindBridge.Platform.Security;
using Npgsql;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge up</c>: the five services as processes of this machine, with Postgres and RabbitMQ.</summary>
internal static class UpCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static Command Create()
    {
        var home = PlatformHome.Option();
        var postgres = new Option<string?>("--postgres") { Description = "Use this Postgres (an Npgsql connection string) instead of a private one" };
        var rabbitMq = new Option<string?>("--rabbitmq") { Description = "Use this RabbitMQ (amqp://user:password@host/) instead of a private one" };
        var encoderBase = new Option<DirectoryInfo?>("--encoder-base") { Description = "Base model of memory encoders: a Hugging Face folder of BERT or DistilBERT (default: the demo's small one)" };
        var prefixes = new Option<FileInfo?>("--prefixes") { Description = "General sentences, one a line, put before prompts in training (default: shipped English ones); give your own for another language" };
        var foreground = new Option<bool>("--foreground") { Description = "Stay in this terminal; Ctrl-C ends the platform" };
        var command = new Command("up", """
            Start the platform on this machine: edit-registry, encoder-trainer, bridge-trainer, inference and evaluator, with a Postgres and a RabbitMQ of its own below --home.
            What ends is started again. `mindbridge down` stops it; data, artifacts and keys stay for the next time.

            Example:
              mindbridge up
              mindbridge memory create facts
              mindbridge memory import facts edits.jsonl
              mindbridge llm release gpt --version 1 --path models/gpt2
              mindbridge watch facts
            """)
        {
            home, postgres, rabbitMq, encoderBase, prefixes, foreground,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var at = PlatformHome.Of(parsed.GetValue(home));
            if (at.RunningSupervisor() is { } running)
            {
                AnsiConsole.WriteLine($"The platform is up already (process {running}).");
                return await ReadyAsync(at, PlatformFile.Read(at), cancellationToken);
            }

            var platform = await SettleAsync(at, parsed.GetValue(postgres), parsed.GetValue(rabbitMq), parsed.GetValue(encoderBase)?.FullName, parsed.GetValue(prefixes)?.FullName, cancellationToken);
            if (parsed.GetValue(foreground))
            {
                await RunAsync(at, cancellationToken);
                return 0;
            }

            Start(at);
            return await ReadyAsync(at, platform, cancellationToken);
        });
        return command;
    }

    /// <summary>Starts a platform as <c>up</c> does, without a word, and waits until it is ready.</summary>
    public static async Task<PlatformFile> StartAsync(PlatformHome home, CancellationToken cancellationToken)
    {
        var platform = await SettleAsync(home, null, null, null, null, cancellationToken);
        Start(home);
        await WaitAsync(home, platform, cancellationToken);
        return platform;
    }

    /// <summary>Keeps the platform running in this process until it is asked to end.</summary>
    public static async Task RunAsync(PlatformHome home, CancellationToken cancellationToken)
    {
        home.NoteSupervisor();
        try
        {
            await new Supervisor(home, PlatformFile.Read(home)).RunAsync(cancellationToken);
        }
        finally
        {
            home.ForgetSupervisor();
        }
    }

    // Keys and addresses are kept from one time to the next; what the command line names replaces what was.
    private static async Task<PlatformFile> SettleAsync(PlatformHome home, string? postgres, string? rabbitMq, string? encoderBase, string? prefixes, CancellationToken cancellationToken)
    {
        var before = File.Exists(home.Settings) ? PlatformFile.Read(home) : null;
        var model = encoderBase ?? before?.EncoderBase ?? Path.Combine(DemoSettings.ShippedModels, "demo-encoder");
        RefuseWhatCannotServe(model, postgres, rabbitMq);
        home.Open();
        // The demo's models know the demo's world and little else.
        var shipped = Path.GetFullPath(model) == Path.GetFullPath(Path.Combine(DemoSettings.ShippedModels, "demo-encoder"));
        var platform = new PlatformFile
        {
            Services = ServiceNames.All.ToDictionary(s => s, s => Free(before?.Services.GetValueOrDefault(s), ServiceNames.PortsOf(s)), StringComparer.Ordinal),
            ServiceKey = before?.ServiceKey ?? ApiKey.Create(),
            OperatorKey = before?.OperatorKey ?? ApiKey.Create(),
            Postgres = postgres ?? before?.Postgres,
            RabbitMq = rabbitMq ?? before?.RabbitMq,
            EncoderBase = model,
            Prefixes = prefixes ?? (shipped ? await DemoFiles.SentencesAsync(home.Folder, cancellationToken) : encoderBase is null ? before?.Prefixes : null),
        };
        await platform.WriteAsync(home, cancellationToken);
        return platform;
    }

    private static void RefuseWhatCannotServe(string model, string? postgres, string? rabbitMq)
    {
        if (!Directory.Exists(model)) throw new DirectoryNotFoundException($"{model}: there is no such folder; give a BERT or DistilBERT with --encoder-base");
        if (ModelConfiguration.From(model) is { IsMasked: false } configuration) throw new InvalidDataException($"{model} holds a {configuration.Family}, which is no encoder; give a BERT or DistilBERT with --encoder-base");
        // Servers may be away for a moment, and services wait for them; what is no address never comes.
        if (rabbitMq is not null && !(Uri.TryCreate(rabbitMq, UriKind.Absolute, out var broker) && broker.Scheme is "amqp" or "amqps")) throw new ArgumentException("--rabbitmq is no address of a broker; give amqp://USER:PASSWORD@HOST:PORT/");
        if (postgres is not null && !IsConnectionString(postgres)) throw new ArgumentException("--postgres is no connection string; give \"Host=...;Username=...;Password=...;Database=...\"");
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 };
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return false;
        }
    }

    private static ServiceAddress Free(ServiceAddress? before, (int Http, int Grpc) usual) =>
        new(Free(before is null ? usual.Http : new Uri(before.Rest).Port), Free(before is null ? usual.Grpc : new Uri(before.Grpc).Port));

    private static string Free(int port)
    {
        var (wanted, any) = (new TcpListener(IPAddress.Loopback, port), new TcpListener(IPAddress.Loopback, 0));
        try
        {
            wanted.Start();
        }
        catch (SocketException)
        {
            // Taken by somebody else.
            any.Start();
            port = ((IPEndPoint)any.LocalEndpoint).Port;
        }
        finally
        {
            wanted.Stop();
            any.Stop();
        }

        return string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
    }

    private static void Start(PlatformHome home)
    {
        // Not disposed: it is to outlive this command.
        var (program, arguments) = ThisProgram.With("service", "supervisor", "--home", home.Folder);
        _ = ServerProcess.Start("supervisor", null, program, arguments,
            new Dictionary<string, string>(StringComparer.Ordinal) { [PlatformHome.Mark] = home.Folder }, home.SupervisorLog);
    }

    private static async Task<int> ReadyAsync(PlatformHome home, PlatformFile platform, CancellationToken cancellationToken)
    {
        await WaitAsync(home, platform, cancellationToken);
        var table = new Table().RoundedBorder().AddColumns("service", "REST", "gRPC");
        foreach (var service in ServiceNames.All) table.AddRow(service, platform.Services[service].Rest, platform.Services[service].Grpc);
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"Dashboard: {platform.Services[ServiceNames.Evaluator].Rest}   sign in with the operatorKey of {home.Settings}");
        AnsiConsole.WriteLine($"Up. Keys and addresses: {home.Settings}   logs: {home.Logs}");
        AnsiConsole.WriteLine("Next: mindbridge memory create NAME, mindbridge memory import NAME FILE, mindbridge llm release NAME --version V --path DIR, mindbridge watch NAME");
        return 0;
    }

    private static async Task WaitAsync(PlatformHome home, PlatformFile platform, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var (terminal, waiting, began) = (new ErrorTerminal(), ServiceNames.All.ToList(), Stopwatch.GetTimestamp());
        while (waiting.Count > 0)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new IOException($"{string.Join(", ", waiting)} did not get ready within {Patience.TotalMinutes:0} minutes; the logs are in {home.Logs}{LastWords(home, waiting[0])}");
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(5) && home.RunningSupervisor() is null) throw new IOException($"the platform ended while it started{LastWords(home, null)}");
            foreach (var service in waiting.ToList())
            {
                if (!await HealthyAsync(client, platform.Services[service], cancellationToken)) continue;
                waiting.Remove(service);
                if (!terminal.Redraws) await Console.Error.WriteLineAsync($"{service} is ready");
            }

            if (terminal.Redraws) await Console.Error.WriteAsync($"{terminal.Clear}starting: {ServiceNames.All.Count - waiting.Count} of {ServiceNames.All.Count} services are ready{(waiting.Count == 0 ? "\n" : $" (waiting for {string.Join(", ", waiting)})")}");
            if (waiting.Count > 0) await Task.Delay(250, cancellationToken);
        }
    }

    private static async Task<bool> HealthyAsync(HttpClient client, ServiceAddress service, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync($"{service.Rest}/health/ready", cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static string LastWords(PlatformHome home, string? service)
    {
        var log = service is null ? home.SupervisorLog : home.LogOf(service);
        return File.Exists(log) ? $": {string.Join(" | ", File.ReadLines(log).TakeLast(4).Select(l => l.Trim()))}" : "";
    }
}
