using System.CommandLine;
using MindBridge.LocalServers;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge backup</c> and <c>mindbridge restore</c>: everything a platform needs to begin again elsewhere. Messages are not among it: Postgres decides, events only announce.</summary>
internal static class BackupCommand
{
    private const string Database = "database.dump";

    public static Command Create()
    {
        var home = PlatformHome.Option();
        var folder = new Argument<DirectoryInfo>("folder") { Description = "Where the copy goes; a folder that holds an earlier one is brought up to date" };
        var command = new Command("backup", """
            Copy the running platform: its database, its artifacts and its keys. It goes on working meanwhile. The copy opens the platform to whoever has it; keep it safe.

            Example:
              mindbridge backup /backups/mindbridge
            """) { folder, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            var (from, to) = (PlatformHome.Of(parsed.GetValue(home)), parsed.GetValue(folder)!.FullName);
            var platform = PlatformFile.Read(from);
            var postgres = platform.Postgres ?? LocalPostgres.ConnectionTo(from.Postgres) ?? throw new IOException($"no database lies below {from.Folder}; start the platform once with `mindbridge up`");
            Directory.CreateDirectory(to);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // The database first: what it names is in the store already, and the store only gains.
            await LocalPostgres.DumpAsync(postgres, Path.Combine(to, Database), cancellationToken);
            var (files, bytes) = Copy(from.Artifacts, Path.Combine(to, "artifacts"), cancellationToken);
            foreach (var secret in (string[])[from.Settings, from.Keys])
                if (File.Exists(secret)) await SecretFile.WriteAsync(Path.Combine(to, Path.GetFileName(secret)), await File.ReadAllTextAsync(secret, cancellationToken), cancellationToken);
            AnsiConsole.WriteLine($"{to} holds the platform as it was a moment ago ({files} new artifact files, {bytes / 1048576.0:0.0} MB). LLM folders are not copied: keep them where they are");
            return 0;
        }));
        return command;
    }

    public static Command Restore()
    {
        var home = PlatformHome.Option();
        var folder = new Argument<DirectoryInfo>("folder") { Description = "What `mindbridge backup` wrote" };
        var command = new Command("restore", """
            Make a platform from a copy, in a folder that holds none. `mindbridge up` then starts it, with the keys it had.

            Example:
              mindbridge restore /backups/mindbridge --home /srv/mindbridge
              mindbridge up --home /srv/mindbridge
            """) { folder, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            var (from, to) = (parsed.GetValue(folder)!.FullName, PlatformHome.Of(parsed.GetValue(home)));
            var dump = Path.Combine(from, Database);
            if (!File.Exists(dump)) throw new IOException($"{from} holds no copy of a platform ({Database} is missing); name the folder that `mindbridge backup` wrote");
            // A restore that broke off left this mark, and is begun again; data without it is somebody's.
            var begun = Path.Combine(to.Folder, "restoring");
            if (File.Exists(to.Settings) || (Directory.Exists(to.Postgres) && !File.Exists(begun))) throw new IOException($"{to.Folder} holds a platform already; choose another folder with --home, or move that one away");
            var platform = PlatformFile.Read(new PlatformHome(from));
            if (platform.Postgres is not null) throw new IOException($"the copied platform used a Postgres of its own at another place; bring {dump} into it with pg_restore, and put the other files below {to.Folder}");
            to.Open();
            await File.WriteAllTextAsync(begun, from, cancellationToken);
            await using (var postgres = await LocalPostgres.OpenAsync(to.Postgres, cancellationToken))
            {
                await PlatformRoles.PrepareAsync(postgres.ConnectionString, platform.ServiceKey, cancellationToken);
                await postgres.FillAsync(dump, cancellationToken);
            }

            Copy(Path.Combine(from, "artifacts"), to.Artifacts, cancellationToken);
            if (Path.Combine(from, Path.GetFileName(to.Keys)) is var keys && File.Exists(keys)) await SecretFile.WriteAsync(to.Keys, await File.ReadAllTextAsync(keys, cancellationToken), cancellationToken);
            // Last: only with its settings is it a platform.
            await platform.WriteAsync(to, cancellationToken);
            File.Delete(begun);
            AnsiConsole.WriteLine($"{to.Folder} holds the platform; `mindbridge up --home {to.Folder}` starts it");
            return 0;
        }));
        return command;
    }

    // Artifacts never change, so one that is there is there.
    private static (int Files, long Bytes) Copy(string from, string to, CancellationToken cancellationToken)
    {
        var (files, bytes) = (0, 0L);
        foreach (var file in Directory.Exists(from) ? Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories) : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            if (File.Exists(target)) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            try
            {
                File.Copy(file, target + ".part", overwrite: true);
            }
            catch (FileNotFoundException)
            {
                // A draft that became an artifact, or a checkpoint that was replaced, while this looked.
                continue;
            }

            File.Move(target + ".part", target);
            (files, bytes) = (files + 1, bytes + new FileInfo(target).Length);
        }

        return (files, bytes);
    }
}
