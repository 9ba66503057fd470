using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MindBridge.Artifacts;

/// <summary>
/// A folder that never changes: files plus <c>manifest.json</c>, which names every file's SHA-256. The id is the SHA-256 over kind, parents,
/// inputs, settings and the sorted (file, hash) list; metrics and timings do not enter it, so that training twice gives one id.
/// Writing is crash-safe (a folder beside the target, fsync, rename); opening verifies every byte.
/// </summary>
public sealed class Artifact
{
    /// <summary>The file that describes the others.</summary>
    public const string ManifestName = "manifest.json";

    private static readonly string[] TimingMetrics = ["processorSeconds", "wallSeconds"];

    private Artifact(string folder, Manifest manifest) => (Folder, this.manifest) = (folder, manifest);

    private readonly Manifest manifest;

    /// <summary>Where the artifact lies.</summary>
    public string Folder { get; }

    /// <summary>What it is: "encoder", "bridge", "split", "model"...</summary>
    public string Kind => manifest.Kind;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public string Id => manifest.Id;

    /// <summary>What it was made from: hashes of edit files, base models, splits.</summary>
    public JsonObject Inputs => manifest.Inputs;

    /// <summary>How it was made; with the inputs and the seed in it, enough to make it again.</summary>
    public JsonObject Settings => manifest.Settings;

    /// <summary>Ids of the artifacts it was built on.</summary>
    public IReadOnlyList<string> Parents => manifest.Parents;

    /// <summary>Scores and timings, told but not hashed.</summary>
    public JsonObject Metrics => manifest.Metrics;

    /// <summary>File name to SHA-256.</summary>
    public IReadOnlyDictionary<string, string> Files => manifest.Files;

    /// <summary>The full path of one of the artifact's files.</summary>
    /// <exception cref="FileNotFoundException">The manifest lists no such file.</exception>
    public string PathOf(string file) => Files.ContainsKey(file)
        ? Path.Combine(Folder, file)
        : throw new FileNotFoundException($"{Folder} ({Kind}) has no file \"{file}\"; it holds {string.Join(", ", Files.Keys)}");

    /// <summary>Reads the settings back as the record they were written from.</summary>
    /// <exception cref="InvalidDataException">They do not fit.</exception>
    public T SettingsAs<T>()
    {
        try
        {
            return Settings.Deserialize<T>(CanonicalJson.Options)!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{Folder}: the settings in {ManifestName} are not those of this version ({e.Message}); make the artifact again", e);
        }
    }

    /// <summary>Synchronous form of <see cref="WriteAsync"/>.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public static Artifact Write(string kind, object? inputs, object? settings, IReadOnlyList<string>? parents, object? metrics,
        Action<string> writeFiles, string outFolder)
    {
        var draft = new Draft(outFolder, kind);
        try
        {
            writeFiles(draft.Folder);
            return draft.Publish(kind, inputs, settings, parents, metrics);
        }
        catch
        {
            draft.Discard();
            throw;
        }
    }

    /// <summary>
    /// Writes an artifact. <paramref name="writeFiles"/> fills the temporary folder it is given; when it is done everything is hashed, flushed to
    /// the disk and renamed to <paramref name="outFolder"/> in one step. An artifact that was there before is replaced only then.
    /// </summary>
    /// <exception cref="IOException">The disk is full, or <paramref name="outFolder"/> holds something that is no artifact; nothing was changed.</exception>
    public static async Task<Artifact> WriteAsync(string kind, object? inputs, object? settings, IReadOnlyList<string>? parents, object? metrics,
        Func<string, CancellationToken, Task> writeFiles, string outFolder, CancellationToken cancellationToken = default)
    {
        var draft = new Draft(outFolder, kind);
        try
        {
            await writeFiles(draft.Folder, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return draft.Publish(kind, inputs, settings, parents, metrics);
        }
        catch
        {
            draft.Discard();
            throw;
        }
    }

    /// <summary>Refuses a folder that an artifact could not be written to: for before the work that makes it.</summary>
    /// <exception cref="IOException">It is a file, holds something else than an artifact of this kind, or cannot be written beside.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written beside.</exception>
    public static void RefuseTarget(string outFolder, string kind) => new Draft(outFolder, kind).Discard();

    /// <summary>Opens an artifact and verifies that every file is there, unchanged, and that there are no others.</summary>
    /// <param name="folder">The artifact's folder.</param>
    /// <param name="kind">When given, the kind it must have.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It is no artifact, of another kind, or damaged; the message names the file and the remedy.</exception>
    public static Artifact Open(string folder, string? kind = null)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: there is no such folder; give the folder of an artifact (it holds {ManifestName})");
        var found = Manifest.Read(folder);
        if (kind is not null && found.Kind != kind)
            throw new InvalidDataException($"{folder} is an artifact of kind \"{found.Kind}\", not \"{kind}\"; give the folder of a {kind}");

        foreach (var (name, expected) in found.Files)
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path)) throw new InvalidDataException($"{folder}: {name} is missing (expected sha256 {expected}); copy the artifact again or make it again");
            var hash = HashOf(path);
            if (hash != expected)
                throw new InvalidDataException($"{folder}: {name} was changed or cut short: expected sha256 {expected}, found {hash} ({new FileInfo(path).Length:N0} bytes); copy the artifact again or make it again");
        }

        var extra = FilesUnder(folder).FirstOrDefault(name => name != ManifestName && !found.Files.ContainsKey(name));
        if (extra is not null) throw new InvalidDataException($"{folder}: {extra} does not belong to this artifact (found sha256 {HashOf(Path.Combine(folder, extra))}, expected no such file); move it elsewhere");

        var id = found.ComputeId();
        if (id != found.Id)
            throw new InvalidDataException($"{folder}: {ManifestName} was changed: its content gives id {id}, expected {found.Id}; copy the artifact again or make it again");
        return new Artifact(folder, found);
    }

    /// <summary>
    /// Takes how long it took out of an artifact's manifest. Ids never depend on that; without it two runs that made the same artifact left the same bytes too, and a store that
    /// names folders by their content keeps one.
    /// </summary>
    /// <exception cref="InvalidDataException">The folder is no artifact.</exception>
    public static void ForgetTimings(string folder)
    {
        var manifest = Manifest.Read(folder);
        foreach (var timing in TimingMetrics) manifest.Metrics.Remove(timing);
        DurableFile.WriteText(Path.Combine(folder, ManifestName), manifest.ToJson());
    }

    /// <summary>True when the folder holds an artifact's manifest; says nothing of its state.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, ManifestName));

    /// <summary>The SHA-256 of a file as 64 lower-case hexadecimal digits.</summary>
    public static string HashOf(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The SHA-256 of a value's canonical JSON.</summary>
    public static string HashOfValue(object? value) => Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.BytesOf(value)));

    private static string? KindOf(string folder)
    {
        try
        {
            return Manifest.Read(folder).Kind;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    internal static IEnumerable<string> FilesUnder(string folder) => Directory
        .EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
        .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    /// <summary>The temporary folder beside the target, until it takes the target's name.</summary>
    private sealed class Draft
    {
        private readonly string target;

        public Draft(string outFolder, string kind)
        {
            if (string.IsNullOrWhiteSpace(outFolder)) throw new ArgumentException("the artifact's folder is blank; give a folder");
            target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outFolder));
            if (File.Exists(target)) throw new IOException($"{outFolder} is a file; give a folder for the artifact");
            if (Directory.Exists(target) && !Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
                throw new IOException($"{outFolder} exists and is not an artifact (no {ManifestName}); choose another folder or empty it");
            // A damaged manifest names no kind; such an artifact is made again.
            if (Exists(target) && KindOf(target) is { } other && other != kind) throw new IOException($"{outFolder} holds an artifact of kind \"{other}\", which a {kind} must not replace; choose another folder");
            var parent = Path.GetDirectoryName(target) ?? throw new ArgumentException($"{outFolder} cannot be an artifact's folder", nameof(outFolder));
            Directory.CreateDirectory(parent);
            RemoveStale(parent);
            Folder = Path.Combine(parent, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
            Directory.CreateDirectory(Folder);
        }

        public string Folder { get; }

        public Artifact Publish(string kind, object? inputs, object? settings, IReadOnlyList<string>? parents, object? metrics)
        {
            var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in FilesUnder(Folder))
            {
                var path = Path.Combine(Folder, name);
                DurableFile.FlushFile(path);
                files.Add(name, HashOf(path));
            }

            if (files.ContainsKey(ManifestName)) throw new ArgumentException($"{ManifestName} is written by the artifact itself", nameof(kind));
            if (files.Count == 0) throw new ArgumentException($"an artifact of kind \"{kind}\" needs at least one file", nameof(kind));
            var made = Manifest.Create(kind, inputs, settings, parents ?? [], metrics, files);
            DurableFile.WriteText(Path.Combine(Folder, ManifestName), made.ToJson());
            foreach (var folder in Directory.EnumerateDirectories(Folder, "*", SearchOption.AllDirectories)) DurableFile.FlushFolder(folder);
            DurableFile.FlushFolder(Folder);

            Replace();
            return new Artifact(target, made);
        }

        public void Discard() => Delete(Folder);

        // rename(2) cannot replace a folder that is not empty: the old one steps aside first, and comes back if the new one cannot take its place.
        private void Replace()
        {
            string? aside = null;
            if (Directory.Exists(target))
            {
                aside = Folder + ".old.tmp";
                Directory.Move(target, aside);
            }

            try
            {
                Directory.Move(Folder, target);
            }
            catch when (aside is not null)
            {
                Directory.Move(aside, target);
                throw;
            }

            DurableFile.FlushFolder(Path.GetDirectoryName(target)!);
            if (aside is not null) Delete(aside);
        }

        // What a killed run left a day ago or more; a younger folder may belong to a run in progress.
        private void RemoveStale(string parent)
        {
            foreach (var stale in Directory.EnumerateDirectories(parent, $".{Path.GetFileName(target)}.*.tmp"))
            {
                if (Directory.GetLastWriteTimeUtc(stale) < DateTime.UtcNow.AddDays(-1)) Delete(stale);
            }
        }

        private static void Delete(string folder)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // What cannot be deleted now is removed by a later run; the artifact itself is safe.
            }
        }
    }
}
