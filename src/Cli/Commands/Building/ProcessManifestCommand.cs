using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.ManifestBuilds;
using ImageSdk.Cli.Views;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Storage;
using ImageSdk.Trees.Patching;
using ImageSdk.Trees.Scanning;

namespace ImageSdk.Cli.Commands.Building;

/// <summary>
/// imagesdk build process-manifest: does to a directory tree what a manifest directory says. The tree is the source image of a build, and is
/// brought to what that made of it: where the build fails it is as it was.
/// </summary>
sealed class ProcessManifestCommand : ImageCommand
{
    const string Source = "tree";

    readonly ManifestBuildOptions build = new();
    readonly Argument<string> root = new("ROOT") { Description = "The directory tree to change, with the packager of its source image in it" };

    public ProcessManifestCommand() : base("process-manifest", "Do to a directory tree what a manifest directory says: files, packages, scripts") => build.AddTo(this, root);

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        if (!context.Host.IsRoot)
            throw new CommandException(ErrorCode.OwnersNeedRoot, "only root can change a tree with owners: run it as root, or make a tree with build-tree-from-manifest");
        var path = Path.GetFullPath(arguments.GetRequiredValue(root));
        if (!Directory.Exists(path))
            throw new CommandException(ErrorCode.PatchFailed, $"there is no directory {path}: name the tree to change");
        var temporary = Directory.CreateTempSubdirectory("imagesdk-tree-");
        try
        {
            var store = new LocalStore(temporary.FullName, Path.Combine(temporary.FullName, "images"), Path.Combine(temporary.FullName, "objects"));
            await AddAsync(path, store, context);
            await using var built = await build.BuildAsync(arguments, context, source: project => project with
            {
                Source = new() { Stream = Source, ReplacesManifest = true, MaxAge = TimeSpan.Zero },
                Store = new(store.Images.Directory, store.Objects.Directory),
            });
            var found = await built.FindAsync(Source, context.Cancellation);
            await PatchAsync(path, found.Tree, found.Objects!, context);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
        return ExitCode.Success;
    }

    static async Task AddAsync(string path, LocalStore store, CommandContext context)
    {
        using var tree = TreeSource.Open(path, filter: null);
        var image = new Image
        {
            FileSystem = await tree.ReadAsync(null, context.Cancellation), Filter = new Filter([]), CreatedOn = DateTimeOffset.UtcNow,
        };
        foreach (var file in image.FileSystem.InodeTable.Values.OfType<RegularInode>().Where(file => file.Size > 0).DistinctBy(file => file.Hash))
        {
            await using var content = tree.Objects.OpenRead(file.Hash);
            store.Objects.Add(content, file.Hash);
        }
        store.Images.Add(ImageName.Format(Source, DateTime.Now), image);
    }

    static async Task PatchAsync(string path, FileSystem wanted, IObjectSource objects, CommandContext context)
    {
        using var scanner = new DirectoryScanner(path, new Filter([]));
        var patch = TreePatch.Compare(wanted, await scanner.ScanAsync(null, context.Cancellation));
        if (!patch.IsEmpty)
            await new DirectoryPatcher(path, new SourceFetch(objects, new TransferProgress()), setOwners: true, context.Cancellation).ApplyAsync(wanted, patch);
        PatchText.Write(context, patch, false);
    }
}
