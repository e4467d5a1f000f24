using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Unpacking;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Dominator.Trees;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Trees.Unpacking;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk unpack-fs-tree: a tree that a web server has into a directory, whole or not at all.</summary>
sealed class UnpackTreeCommand : ImageCommand
{
    readonly Argument<string> target = new("DIR") { Description = "The directory to make; may be there already if it is empty" };
    readonly Argument<string> url = new("URL") { Description = "The tree: BASE/tree/HASH, with its parts at BASE/tree/ and BASE/blob/" };

    public UnpackTreeCommand() : base("unpack-fs-tree", "Unpack a tree that a web server has, as import-fs-tree takes it")
    {
        Add(target);
        Add(url);
    }

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var progress = new TransferProgress();
        using var objects = new HttpObjects();
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var reader = new TreeReader(new TreeDownload(objects), Now());
        FileSystem tree;
        try
        {
            var place = TreeUrl.Parse(arguments.GetRequiredValue(url));
            using var directory = TargetDirectory.Prepare(arguments.GetRequiredValue(target), force: false);
            tree = await reader.ReadAsync(place, context.Cancellation);
            FileSystemValidator.Validate(tree);
            // Without set-uid bits, which would let others act as him, an ordinary user has it with his own ownership.
            var written = context.Host.IsRoot ? tree : UnprivilegedTree.Of(tree).Tree;
            UnpackCheck.RequireSpace(written, directory.WorkPath);
            await ProgressBar.RunAsync(
                context.Host, "Unpacking", (long)tree.TotalDataBytes, () => progress.ByteCount,
                () => new ImageUnpacker(objects.At(place.Blobs, progress), context.Cancellation) { IsValidated = true }.UnpackAsync(written, directory.Work, context.Host.IsRoot));
            context.Cancellation.ThrowIfCancellationRequested();
            directory.Commit();
        }
        catch (TreeException exception)
        {
            throw new CommandException(ErrorCode.BadTree, $"{exception.Message}: check the URL, and that the server has the whole tree", exception);
        }
        catch (ImageFormatException exception)
        {
            throw new CommandException(ErrorCode.BadTree, $"malformed tree: {exception.Message}", exception);
        }
        Write(tree, reader.EntryBytes, System.Diagnostics.Stopwatch.GetElapsedTime(started), context);
        return ExitCode.Success;
    }

    static FileTime Now()
    {
        var now = DateTimeOffset.UtcNow;
        return new(now.ToUnixTimeSeconds(), (int)(now.Ticks % TimeSpan.TicksPerSecond) * 100);
    }

    static void Write(FileSystem tree, ulong bytes, TimeSpan time, CommandContext context)
    {
        var links = tree.InodeTable.Values.OfType<SymlinkInode>().LongCount();
        // The root is no entry of the tree.
        var directories = tree.DirectoryCount - 1;
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteMembers(() =>
            {
                json.WriteNumber("bytes", bytes);
                json.WriteNumber("files", tree.RegularInodeCount);
                json.WriteNumber("directories", directories);
                json.WriteNumber("symlinks", links);
            }));
        else
            context.Host.Error.WriteLine(
                $"NumBytes: {HumanSize.Format(bytes)} in: {(long)time.TotalSeconds}s ({HumanDuration.Format(time)}) ({HumanSpeed.Format(bytes, time)}), numFiles: {tree.RegularInodeCount}, numDirectories: {directories}, numSymlinks: {links}");
    }
}
