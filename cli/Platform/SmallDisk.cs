using System.Diagnostics;

namespace MindBridge.Cli.Platform;

/// <summary>
/// A disk of its own below a folder, in memory, that can be full for a while: what is written lies there still, what would be written next fails. Mounting needs root; without it there is none.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const long Room = 4L << 30;
    private readonly List<string> mounted = [];

    /// <summary>Whether there is one.</summary>
    public bool Exists => mounted.Count > 0;

    /// <summary>Mounts one on each folder, which must be empty.</summary>
    public static async Task<SmallDisk> MountAsync(params IReadOnlyList<string> folders)
    {
        var disk = new SmallDisk();
        foreach (var folder in Environment.IsPrivilegedProcess ? folders : [])
        {
            Directory.CreateDirectory(folder);
            if (await RunAsync("mount", "-t", "tmpfs", "-o", $"size={Room},mode=700", "mindbridge-chaos", folder)) disk.mounted.Add(folder);
        }

        return disk;
    }

    /// <summary>Leaves no room at all; false where that is not possible.</summary>
    public async Task<bool> FillAsync()
    {
        var full = Exists;
        foreach (var folder in mounted)
        {
            var drive = new DriveInfo(folder);
            // One block at least: none means no limit.
            full &= await ResizeAsync(folder, Math.Max(4096, drive.TotalSize - drive.TotalFreeSpace));
        }

        return full;
    }

    /// <summary>Makes room again.</summary>
    public async Task EmptyAsync()
    {
        foreach (var folder in mounted) await ResizeAsync(folder, Room);
    }

    /// <summary>Takes it away; what lay on it lies in the folders then, for a look.</summary>
    public async ValueTask DisposeAsync()
    {
        await EmptyAsync();
        foreach (var folder in mounted)
        {
            var kept = folder + ".kept";
            await RunAsync("cp", "-a", folder, kept);
            if (!await RunAsync("umount", folder)) await RunAsync("umount", "-l", folder);
            if (!Directory.Exists(kept)) continue;
            Directory.Delete(folder);
            Directory.Move(kept, folder);
        }

        mounted.Clear();
    }

    private static Task<bool> ResizeAsync(string folder, long bytes) => RunAsync("mount", "-o", $"remount,size={bytes}", folder);

    private static async Task<bool> RunAsync(string program, params IReadOnlyList<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
