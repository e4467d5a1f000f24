using System.CommandLine;
using ImageSdk.Cli.Adding;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.ManifestBuilds;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands.Building;

/// <summary>imagesdk build build-from-manifest: builds a manifest directory here and adds the image.</summary>
sealed class BuildFromManifestCommand : ImageCommand
{
    readonly ManifestBuildOptions build = new();
    readonly Argument<string> stream = new("STREAM") { Description = "The stream that the image is added to" };
    readonly DurationOption expiresIn = new("--expires-in", "How long until the image expires; 0 for never [default: 1h]") { DefaultValueFactory = _ => TimeSpan.FromHours(1) };

    public BuildFromManifestCommand() : base("build-from-manifest", "Build a manifest directory on this machine and add the image to the image server or the store; prints its name")
    {
        build.AddTo(this, stream);
        Add(expiresIn);
    }

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var target = arguments.GetRequiredValue(stream);
        if (ImageName.FindStreamFault(target) is { } fault)
            throw new CommandException(ErrorCode.UnknownImage, $"\"{target}\" cannot be the name of a stream: {fault}");
        await using var built = await build.BuildAsync(arguments, context, target);
        var lifetime = arguments.GetValue(expiresIn);
        var image = built.Image with { ExpiresAt = lifetime > TimeSpan.Zero ? DateTimeOffset.UtcNow + lifetime : null };
        if (!await context.Repository.DirectoryExistsAsync(target, context.Cancellation))
            await context.Repository.MakeDirectoryAsync(target, withParents: true, context.Cancellation);
        var missing = await context.Repository.FindMissingAsync([.. Objects(image)], context.Cancellation);
        var wanted = missing.Select(wanted => wanted.Hash).ToHashSet();
        if (image.BuildLog?.Object is { } log)
            wanted.Add(log);
        var objects = await built.TakeObjectsAsync(wanted, context.Cancellation);
        var name = await NextNameAsync(target, context);
        await new ImageAdder(context).AddAsync(name, image, objects, receiver => OfferAsync(receiver, image, missing, objects));
        BuiltText.Write(context, name, file: null);
        return ExitCode.Success;
    }

    static IEnumerable<WantedObject> Objects(Image image) => image.FileSystem!.InodeTable.Values.OfType<RegularInode>()
        .Where(file => file.Size > 0).Select(file => new WantedObject(file.Hash, file.Size)).Distinct();

    static async Task OfferAsync(IObjectReceiver receiver, Image image, IReadOnlyList<WantedObject> missing, IObjectSource objects)
    {
        var offers = missing.Select(wanted => new OfferedObject(wanted.Hash, wanted.Size)).ToList();
        if (image.BuildLog?.Object is { } log)
        {
            await using var content = objects.OpenRead(log);
            offers.Add(new(log, (ulong)content.Length));
        }
        if (offers.Count > 0)
            await receiver.OfferAsync(new OfferedBatch([.. offers]));
    }

    // One a second, as an imaginator names them.
    static async Task<string> NextNameAsync(string stream, CommandContext context)
    {
        for (var time = DateTime.Now; ; time = time.AddSeconds(1))
        {
            var name = ImageName.Format(stream, time);
            if (!await context.Repository.ExistsAsync(name, context.Cancellation))
                return name;
        }
    }
}
