using ImageSdk.Hosting;
using ImageSdk.Hosting.Flags;
using ImageSdk.Imaginator.Hosting;
using ImageSdk.Imaginator.Options;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Backups;

/// <summary><c>imaginator backup FILE</c> and <c>imaginator restore FILE</c>, with the flags of the daemon.</summary>
static class BackupProgram
{
    const string Etc = "/etc";

    public static async Task<int> BackUpAsync(string[] words)
    {
        if (words is not [var file, .. var rest] || file.StartsWith('-'))
            return Explain(words, "backup FILE [-withSecrets] [flags of the daemon]: copies jobs, configuration and logs of builds into a file, also while the daemon runs.");
        return await RunAsync("backup", async stop =>
        {
            var withSecrets = false;
            var options = ImaginatorFlags.Read(rest, Etc, new(), flags => flags.AddSwitch("withSecrets", false, "", on => withSecrets = on));
            await new BackupWriter(options, Etc, Console.WriteLine, TimeProvider.System).WriteAsync(file, withSecrets, stop);
        });
    }

    public static async Task<int> RestoreAsync(string[] words)
    {
        if (words is not [var file, .. var rest] || file.StartsWith('-'))
            return Explain(words, "restore FILE [-keepConfiguration] [-keepJobs] [flags of the daemon]: puts a backup in place, where there is nothing yet.");
        return await RunAsync("restore", async stop =>
        {
            var (keepConfiguration, keepJobs) = (false, false);
            var content = await BackupReader.ReadContentAsync(file, stop);
            var options = new ImaginatorOptions { StateDirectory = content.StateDirectory, BuildLogDirectory = content.BuildLogDirectory };
            ImaginatorFlags.Read(rest, Etc, options, flags =>
            {
                flags.AddSwitch("keepConfiguration", false, "", on => keepConfiguration = on);
                flags.AddSwitch("keepJobs", false, "", on => keepJobs = on);
            });
            if (options.Jobs is { Connection: "", File: "" })
                (options.Jobs.Connection, options.Jobs.File) = (content.JobsDatabase, content.JobsDatabaseFile);
            await new BackupRestore(options, Console.WriteLine).RunAsync(file, keepConfiguration ? content with { Configuration = [] } : content, keepJobs, stop);
        });
    }

    static int Explain(string[] words, string usage) => DaemonCommand.Explain(words, $"imaginator {usage}");

    static Task<int> RunAsync(string verb, Func<CancellationToken, Task> operation) =>
        DaemonCommand.RunAsync($"imaginator {verb}", operation, problem => (problem as BackupException)?.Code ?? (problem as JobException)?.Code);
}
