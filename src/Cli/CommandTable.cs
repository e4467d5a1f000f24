using System.CommandLine;
using ImageSdk.Cli.Commands;
using ImageSdk.Cli.Commands.Building;
using ImageSdk.Cli.Commands.Cache;
using ImageSdk.Cli.Commands.Certs;
using ImageSdk.Cli.Commands.Comparisons;
using ImageSdk.Cli.Commands.Fleet;
using ImageSdk.Cli.Commands.Ims;
using ImageSdk.Cli.Hosting;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli;

/// <summary>The commands by name. Each is made only where it is needed: there are many, and users wait for the tool to start.</summary>
static class CommandTable
{
    static readonly (string Name, Func<CommandHost, GlobalOptions, Command> Make)[] Commands =
    [
        Entry("add", () => new AddCommand()),
        Entry("addi", () => new AddImageCommand()),
        Entry("addrep", () => new AddReplaceCommand()),
        Entry("adds", () => new AddSubCommand()),
        Entry("analyse-file-system", () => new AnalyseCommand()),
        ("attest", (host, options) => new AttestCommand(host, options)),
        Entry("audit", () => new AuditCommand()),
        ("build", (host, options) => new BuildCommand(host, options)),
        Entry("bulk-addrep", () => new BulkAddReplaceCommand()),
        ("cache", (host, options) => new CacheCommand(host, options)),
        ("certs", (host, options) => new CertsCommand(host, options)),
        Entry("change-image-expiration", () => new ChangeExpirationCommand()),
        Entry("check", () => new CheckCommand()),
        Entry("check-directory", () => new CheckDirectoryCommand()),
        Entry("chown", () => new ChangeOwnerCommand()),
        Entry("completion", () => new CompletionCommand(Names)),
        Entry("copy", () => new CopyCommand()),
        Entry("copy-filtered-files", () => new CopyFilteredCommand()),
        Entry("delete", () => new DeleteCommand()),
        Entry("delunrefobj", () => new DeleteUnreferencedCommand()),
        Entry("diff", () => new DiffCommand()),
        Entry("diff-build-logs", () => new DiffBuildLogsCommand()),
        Entry("diff-files", () => new DiffFilesCommand()),
        Entry("diff-filters", () => new DiffFiltersCommand()),
        Entry("diff-package-lists", () => new DiffPackageListsCommand()),
        Entry("diff-triggers", () => new DiffTriggersCommand()),
        Entry("estimate-usage", () => new EstimateUsageCommand()),
        Entry("find-latest-image", () => new FindLatestCommand()),
        Entry("get", () => new GetCommand()),
        Entry("get-archive-data", () => new GetArchiveDataCommand()),
        Entry("get-build-log", () => new GetBuildLogCommand()),
        Entry("get-file-in-image", () => new GetFileCommand()),
        Entry("get-image-expiration", () => new GetExpirationCommand()),
        Entry("get-image-updates", () => new GetUpdatesCommand()),
        Entry("get-object-statistics-for-images", () => new GetStatisticsCommand()),
        Entry("get-package-list", () => new GetPackageListCommand()),
        Entry("get-replication-master", () => new GetReplicationMasterCommand()),
        ("ims", (host, options) => new ImsCommand(host, options)),
        Entry("import-fs-tree", () => new ImportTreeCommand()),
        Entry("list", () => new ListCommand()),
        Entry("list-mdb", () => new ListMdbCommand()),
        Entry("list-not-in-mdb", () => new ListNotInMdbCommand()),
        Entry("listdirs", () => new ListDirectoriesCommand()),
        Entry("listunrefobj", UnreferencedCommand.List),
        Entry("make-raw-image", () => new MakeRawImageCommand()),
        Entry("match-triggers", () => new MatchTriggersCommand()),
        Entry("merge-filters", () => new MergeFiltersCommand()),
        Entry("merge-triggers", () => new MergeTriggersCommand()),
        Entry("mkdir", () => new MakeDirectoryCommand()),
        Entry("patch-directory", () => new PatchCommand()),
        Entry("remove-artifact", () => new RemoveArtifactCommand()),
        Entry("restore-from-file", () => new RestoreCommand()),
        Entry("rmdir", () => new RemoveDirectoryCommand()),
        Entry("run-command-in-image-chroot", () => new RunCommandInImageCommand()),
        Entry("save-to-file", () => new SaveCommand()),
        Entry("scan-filtered-files", () => new ScanFilteredCommand()),
        Entry("shell", () => new ShellCommand()),
        Entry("show", () => new ShowCommand()),
        Entry("show-bad-computed-files", () => new ShowBadComputedFilesCommand()),
        Entry("show-bad-image-subs", () => new ShowBadImageSubsCommand()),
        Entry("show-computed-file-subs", () => new ShowComputedFileSubsCommand()),
        Entry("show-filter", () => new ShowFilterCommand()),
        Entry("show-inode", () => new ShowInodeCommand()),
        Entry("show-metadata", () => new ShowMetadataCommand()),
        Entry("show-triggers", () => new ShowTriggersCommand()),
        Entry("showunrefobj", UnreferencedCommand.Show),
        Entry("tar", () => new TarCommand()),
        Entry("test-download-speed", () => new TestDownloadSpeedCommand()),
        Entry("trace-inode-history", () => new TraceInodeCommand()),
        Entry("unpack-fs-tree", () => new UnpackTreeCommand()),
        Entry("verify", () => new VerifyCommand()),
        Entry("wait", () => new WaitCommand()),
    ];

    /// <summary>The names of all commands.</summary>
    public static IEnumerable<string> Names => Commands.Select(command => command.Name);

    /// <summary>
    /// The commands whose names are among the arguments; all of them where none is, or where help on all may be wanted.
    /// </summary>
    public static IEnumerable<Command> Make(IReadOnlyList<string> arguments, CommandHost host, GlobalOptions options)
    {
        var chosen = Commands.Where(command => arguments.Contains(command.Name)).ToArray();
        foreach (var command in chosen.Length > 0 ? chosen : Commands)
            yield return command.Make(host, options);
    }

    static (string, Func<CommandHost, GlobalOptions, Command>) Entry(string name, Func<ImageCommand> make) => (name, (host, options) =>
    {
        var command = make();
        command.Connect(host, options);
        return command;
    });
}
