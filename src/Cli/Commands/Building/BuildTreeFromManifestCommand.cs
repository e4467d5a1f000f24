using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.ManifestBuilds;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Unpacking;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Trees.Unpacking;

namespace ImageSdk.Cli.Commands.Building;

/// <summary>imagesdk build build-tree-from-manifest: builds a manifest directory here and leaves the tree in a directory.</summary>
sealed class BuildTreeFromManifestCommand : ImageCommand
{
    readonly ManifestBuildOptions build = new();
    readonly Argument<string?> output = new("OUT") { Description = "The directory to make [default: a new one in $TMPDIR]", Arity = ArgumentArity.ZeroOrOne };

    public BuildTreeFromManifestCommand()
        : base("build-tree-from-manifest", "Build a manifest directory on this machine and leave the tree in a directory; prints its path") => build.AddTo(this, output);

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var path = arguments.GetValue(output) ?? Path.Combine(Path.GetTempPath(), $"tree{Guid.NewGuid():N}");
        using var directory = TargetDirectory.Prepare(path, force: false);
        await using var built = await build.BuildAsync(arguments, context);
        var found = await built.FindAsync("manifest", context.Cancellation);
        var tree = context.Host.IsRoot ? found.Tree : UnprivilegedTree.Of(found.Tree).Tree;
        UnpackCheck.RequireSpace(tree, directory.WorkPath);
        var unpacker = new ImageUnpacker(new SourceFetch(found.Objects!, new TransferProgress()), context.Cancellation);
        await unpacker.UnpackAsync(tree, directory.Work, context.Host.IsRoot);
        if (!context.Host.IsRoot)
            context.Warn(ErrorCode.WithoutOwners, "only root can set owners and make devices: files get your own ownership. Run it as root for an exact tree.");
        directory.Commit();
        if (context.IsJson)
            context.Host.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("directory", directory.Destination);
                json.WriteEndObject();
            });
        else
            context.Host.Text.WriteLine(directory.Destination);
        return ExitCode.Success;
    }
}
