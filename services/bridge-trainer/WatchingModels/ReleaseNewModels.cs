using Grpc.Core;
using MindBridge.Artifacts;
using MindBridge.BridgeTrainer.Hosting;
using MindBridge.Models;
using MindBridge.Platform.Reconciling;
using MindBridge.Platform.Services;
using MindBridge.Tokenizers;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.BridgeTrainer.WatchingModels;

/// <summary>
/// Releases every LLM that is put into the watched folder, once its files are whole and lie still: NAME is version 1 of NAME, NAME/VERSION that version of it. What the catalogue knows, retired or not, it lets be,
/// so that a restart, another worker or a copy in between changes nothing.
/// </summary>
internal sealed class ReleaseNewModels(BridgeSettings settings, ServiceClients services, TimeProvider time, ILogger<ReleaseNewModels> logger) : IReconcile
{
    private readonly Dictionary<string, Seen> seen = new(StringComparer.Ordinal);

    public string What => "LLMs in the models folder that were not released";

    public async Task<int> ReconcileAsync(CancellationToken cancellationToken)
    {
        var catalogue = (await services.EditRegistry().ListLlmsAsync(new Wire.ListLlmsRequest { Retired = true }, cancellationToken: cancellationToken)).Llms;
        var released = 0;
        foreach (var model in Models(settings.WatchModels!))
        {
            if (catalogue.Any(llm => llm.Uri == model.Folder || (llm.Name == model.Name && llm.Version == model.Version))) continue;
            if (await ReleaseAsync(model, cancellationToken)) released++;
        }

        return released;
    }

    private async Task<bool> ReleaseAsync(Model model, CancellationToken cancellationToken)
    {
        try
        {
            var (files, now) = (FilesOf(model.Folder), time.GetUtcNow());
            if (!seen.TryGetValue(model.Folder, out var before) || before.Files != files)
            {
                // New, or still being copied.
                seen[model.Folder] = new Seen(files, now, Judged: false);
                return false;
            }

            if (before.Judged || now - before.Since < settings.ModelsSettle) return false;
            seen[model.Folder] = before with { Judged = true };
            var (family, content) = await Task.Run(() => Whole(model), cancellationToken);
            if (FilesOf(model.Folder) != files) throw new InvalidDataException("its files changed while they were read; put a whole folder there by a rename");
            var request = new Wire.ReleaseLlmRequest { Name = model.Name, Version = model.Version, Family = family, Uri = model.Folder, ContentHash = content };
            await services.EditRegistry().ReleaseLlmAsync(request, cancellationToken: cancellationToken);
            logger.LogInformation("{Name} {Version} was found in {Folder} and is released", model.Name, model.Version, model.Folder);
            return true;
        }
        catch (RpcException e) when (e.StatusCode is not StatusCode.InvalidArgument)
        {
            // The registry is away: the next look tries again.
            seen.Remove(model.Folder);
            throw;
        }
        catch (Exception e) when (e is RpcException or IOException or InvalidDataException or ArgumentException or UnauthorizedAccessException)
        {
            // Said once; a file that changes has it looked at again.
            logger.LogWarning("{Name} {Version} in {Folder} is not released: {Reason}", model.Name, model.Version, model.Folder, e is RpcException refused ? refused.Status.Detail : e.Message);
            return false;
        }
    }

    private static (string Family, string Content) Whole(Model model)
    {
        var configuration = Checkpoint.Inspect(model.Folder);
        if (configuration.IsMasked) throw new ArgumentException($"{configuration.Family} is an encoder, not an LLM; it may stay, but nothing is bridged to it");
        _ = TextTokenizer.From(model.Folder);
        return (configuration.Family, ContentIdentity.Of(model.Folder));
    }

    private static IEnumerable<Model> Models(string folder)
    {
        foreach (var path in Folders(folder))
        {
            var name = Path.GetFileName(path);
            if (HoldsAModel(path)) yield return new Model(name, "1", path);
            else foreach (var version in Folders(path).Where(HoldsAModel)) yield return new Model(name, Path.GetFileName(version), version);
        }
    }

    // Downloads in progress hide behind a dot.
    private static IEnumerable<string> Folders(string folder) => Directory.EnumerateDirectories(folder).Where(path => Path.GetFileName(path)[0] != '.').Order(StringComparer.Ordinal);

    private static bool HoldsAModel(string folder) => File.Exists(Path.Combine(folder, "config.json")) || Directory.EnumerateFiles(folder, "*.safetensors").Any();

    private static string FilesOf(string folder) => string.Join('\n', new DirectoryInfo(folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => $"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}"));

    private sealed record Model(string Name, string Version, string Folder);

    private sealed record Seen(string Files, DateTimeOffset Since, bool Judged);
}
