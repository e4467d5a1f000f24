using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Hosting;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Repositories;
using ImageSdk.Cli.Unpacking;
using ImageSdk.Cli.Views;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Trees.Unpacking;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk get: an image's tree into a directory, whole or not at all.</summary>
sealed class GetCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string> target = new("DIR") { Description = "The directory to make; may be there already if it is empty" };
    readonly Option<bool> force = new("--force") { Description = "Replace all that is in DIR" };
    readonly Option<bool> owners = new("--owners") { Description = "Set owners, which only root can, or fail; without it an ordinary user gets his own" };

    readonly Option<bool> verify = new("--verify") { Description = "Compare what comes with its hashes here, also where the server does" };
    readonly DurationOption timeout = new("--timeout", "How long to wait for an image that is not there yet");
    readonly ObjectCacheOption cache = new();
    readonly ComputedFilesOption computed = new();

    public GetCommand() : base("get", "Unpack an image into a directory")
    {
        Add(image);
        Add(target);
        Add(force);
        Add(owners);
        Add(verify);
        Add(timeout);
        Add(computed);
        cache.AddTo(this);
    }

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        if (arguments.GetValue(owners) && !context.Host.IsRoot)
            throw new CommandException(ErrorCode.OwnersNeedRoot, "only root can set owners: run it as root, or leave --owners away");
        // What the first objects would wait for is compiled while the server looks for the image.
        if (!LetsServerCompare(arguments))
            _ = Task.Run(() => ObjectHash.OfMany([.. Enumerable.Repeat(new ReadOnlyMemory<byte>(new byte[1]), 8)]));
        var found = await context.FindAsync(arguments.GetRequiredValue(image), new(Timeout: arguments.GetValue(timeout)));
        FileSystemValidator.Validate(found.Tree);
        if (context.Repository is StoreRepository && found.Objects is null)
            UnpackCheck.RequireObjects(found, context.Objects);
        var reduced = context.Host.IsRoot ? null : UnprivilegedTree.Of(found.Tree);
        var tree = reduced?.Tree ?? found.Tree;
        using var directory = TargetDirectory.Prepare(arguments.GetRequiredValue(target), arguments.GetValue(force));
        UnpackCheck.RequireSpace(tree, directory.WorkPath);
        if (reduced is not null)
            Warn(reduced, context);
        await UnpackAsync(found, tree, directory, arguments, context);
        if (context.IsJson)
            WriteResult(found, tree, reduced, arguments.GetRequiredValue(target), context.Host);
        return ExitCode.Success;
    }

    bool LetsServerCompare(ParseResult arguments) => !arguments.GetValue(verify) && !cache.IsUsed(arguments);

    async Task UnpackAsync(FoundImage found, FileSystem tree, TargetDirectory directory, ParseResult arguments, CommandContext context)
    {
        var progress = new TransferProgress();
        var unpacker = new ImageUnpacker(cache.Wrap(arguments, context.FetcherFor(found, progress, LetsServerCompare(arguments))), context.Cancellation)
        {
            ComputeFile = computed.Read(arguments), IsValidated = true,
        };
        try
        {
            await ProgressBar.RunAsync(
                context.Host, "Unpacking", (long)tree.TotalDataBytes, () => progress.ByteCount,
                () => unpacker.UnpackAsync(tree, directory.Work, context.Host.IsRoot));
            InitialImage.Write(directory.Work, found.Name);
            context.Cancellation.ThrowIfCancellationRequested();
            directory.Commit();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && !Failure.IsNoSpace(exception))
        {
            throw new CommandException(
                ErrorCode.UnpackFailed, $"cannot unpack: {exception.Message} Nothing was changed in {directory.Destination}.", exception);
        }
    }

    static void Warn(UnprivilegedTree reduced, CommandContext context)
    {
        var lost = new List<string> { "files get your own ownership" };
        if (reduced.DeviceCount > 0)
            lost.Add($"{ImageText.Count(reduced.DeviceCount, "device node")} left out");
        if (reduced.SetIdCount > 0)
            lost.Add($"set-uid and set-gid bits of {ImageText.Count(reduced.SetIdCount, "file")} left off");
        context.Warn(ErrorCode.WithoutOwners, $"only root can set owners: {string.Join(", ", lost)}. Run it as root for an exact copy.");
    }

    static void WriteResult(FoundImage found, FileSystem tree, UnprivilegedTree? reduced, string target, CommandHost host) =>
        host.WriteJson(json => json.WriteMembers(() =>
        {
            json.WriteString("image", found.Name);
            json.WriteString("directory", Path.GetFullPath(target));
            json.WriteNumber("files", tree.RegularInodeCount);
            json.WriteNumber("bytes", tree.TotalDataBytes);
            json.WriteBoolean("ownersSet", reduced is null);
            json.WriteNumber("devicesLeftOut", reduced?.DeviceCount ?? 0);
            json.WriteNumber("setIdBitsLeftOff", reduced?.SetIdCount ?? 0);
        }));
}
