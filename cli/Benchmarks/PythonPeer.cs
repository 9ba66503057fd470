using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace MindBridge.Cli.Benchmarks;

/// <summary>
/// A Python program that waits for requests: one JSON object a line in, one out. It is the peer of a speed figure: Debian's python3-torch on
/// the same libtorch, with the same threads and the same settings of the allocator, or python3-grpcio.
/// </summary>
internal sealed class PythonPeer : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private readonly Process _process;
    private readonly string _script;
    private readonly string _package;

    /// <param name="script">Its file in tests/bench.</param>
    /// <param name="package">The Debian package that it needs.</param>
    public PythonPeer(string script, string package = "python3-torch")
    {
        _package = package;
        _script = Path.Combine(Root(), "tests", "bench", script);
        if (!File.Exists(_script)) throw new FileNotFoundException($"{_script}: the peer of this benchmark is not here; run it from a checkout of the repository", _script);
        var start = new ProcessStartInfo(Python, ["-u", _script]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        // What the binding sets for itself when it is loaded.
        start.Environment["MALLOC_MMAP_MAX_"] = "0";
        start.Environment["MALLOC_TRIM_THRESHOLD_"] = "2147483647";
        start.Environment["MALLOC_TOP_PAD_"] = "67108864";
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new IOException($"{Python} cannot be started ({e.Message}); install the peer with: apt-get install {package}", e);
        }
        try
        {
            Ask(new { @do = "hello" });
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="IOException">The peer ended; its own message is on stderr.</exception>
    public JsonElement Ask(object request)
    {
        string? line;
        try
        {
            _process.StandardInput.WriteLine(JsonSerializer.Serialize(request));
            _process.StandardInput.Flush();
            line = _process.StandardOutput.ReadLine();
        }
        catch (IOException)
        {
            line = null;
        }
        return line is null
            ? throw new IOException($"the peer {Path.GetFileName(_script)} ended early; it needs {_package} (apt-get install {_package})")
            : JsonSerializer.Deserialize<JsonElement>(line);
    }

    /// <summary>Asks for one timed round; seconds.</summary>
    public double Round(object request) => Ask(request).GetProperty("seconds").GetDouble();

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(5000)) _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It never started.
        }
        _process.Dispose();
    }

    /// <summary>The repository's root folder, above the program.</summary>
    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MindBridge.Platform.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("benchmarks need a checkout of the repository: their peers lie in tests/bench");
    }
}
