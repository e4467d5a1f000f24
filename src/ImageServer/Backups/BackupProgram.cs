using ImageSdk.Hosting;
using ImageSdk.Hosting.Flags;
using ImageSdk.ImageServer.Hosting;
using ImageSdk.ImageServer.Options;

namespace ImageSdk.ImageServer.Backups;

/// <summary><c>imageserver backup DIRECTORY</c> and <c>imageserver restore DIRECTORY</c>, with the flags of the daemon.</summary>
static class BackupProgram
{
    const string Etc = "/etc";

    public static async Task<int> BackUpAsync(string[] words)
    {
        if (words is not [var directory, .. var rest] || directory.StartsWith('-'))
        {
            return DaemonCommand.Explain(words, "imageserver backup DIRECTORY [-check] [-allowMassDelete] [flags of the daemon]: brings a directory to what the server has, also while it runs. " +
                "-check compares all of the backup with its hashes, and copies again what is damaged.");
        }
        return await RunAsync("backup", stop =>
        {
            var (check, allowMassDelete) = (false, false);
            var options = Read(rest, flags =>
            {
                flags.AddSwitch("check", false, "", on => check = on);
                flags.AddSwitch("allowMassDelete", false, "", on => allowMassDelete = on);
            });
            new ServerBackup(options, directory, Console.WriteLine, TimeProvider.System).BackUp(check, allowMassDelete, stop);
        });
    }

    public static async Task<int> RestoreAsync(string[] words)
    {
        if (words is not [var directory, .. var rest] || directory.StartsWith('-'))
            return DaemonCommand.Explain(words, "imageserver restore DIRECTORY [flags of the daemon]: puts a backup in place, where there is nothing yet. All of it is compared with its hashes.");
        return await RunAsync("restore", stop => new ServerBackup(Read(rest, _ => { }), directory, Console.WriteLine, TimeProvider.System).Restore(stop));
    }

    static ServerOptions Read(string[] words, Action<FlagSet> add)
    {
        var options = ServerFlags.Program.Read(words, Etc, add);
        // Files of root would be in the way of the server.
        if (Environment.IsPrivilegedProcess && !options.AllowRoot)
            throw new FlagException("do not run this as root, but as the user of the server (or with -allowRoot)");
        return options;
    }

    static Task<int> RunAsync(string verb, Action<CancellationToken> operation) =>
        DaemonCommand.RunAsync($"imageserver {verb}", stop => Task.Run(() => operation(stop), stop), problem => (problem as BackupException)?.Code);
}
