using System.CommandLine;
using System.Runtime.InteropServices;
using ImageSdk.Artifacts;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Unpacking;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk make-raw-image: a disk of an image, by the format that builds use too.</summary>
sealed class MakeRawImageCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string> output = new("FILE") { Description = "The disk" };
    readonly Option<string> format = new("--format")
    {
        Description = "The format of the disk, as ImageFormats has it [default: raw]", HelpName = "raw|qcow2|…", DefaultValueFactory = _ => "raw",
    };

    readonly Option<string[]> settings = new("--option")
    {
        Description = "An option of the format, as an ImageFormat item has it: RootLabel=data, FreeSpace=1G, Bootable=false, …", HelpName = "NAME=VALUE",
    };

    public MakeRawImageCommand() : base("make-raw-image", "Make a disk of an image: bootable, where the image has a kernel and nothing else is said")
    {
        Add(image);
        Add(output);
        Add(format);
        Add(settings);
    }

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var place = OutputPlace.Find(arguments.GetRequiredValue(output));
        if (place.Kind != OutputKind.File)
            throw new CommandException(ErrorCode.BadTarget, $"{place.Path} is no regular file: name a file, and copy it to the device");
        var found = await context.FindAsync(arguments.GetRequiredValue(image));
        try
        {
            var chosen = ArtifactFormats.Find(arguments.GetRequiredValue(format));
            var read = ArtifactSettings.Read(chosen, ReadSettings(arguments));
            using var tree = await TemporaryTree.UnpackAsync(found, context);
            await Task.Run(() => Write(chosen, read, found, tree, place.Path, context));
        }
        catch (ArtifactException exception)
        {
            throw new CommandException(exception.Code, exception.Message, exception);
        }
        return ExitCode.Success;
    }

    static void Write(IArtifactFormat format, ArtifactSettings settings, FoundImage found, TemporaryTree unpacked, string file, CommandContext context)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(file)!, $".imagesdk-{Guid.NewGuid():N}~");
        var epoch = ArtifactTimes.NewestOf(found.Tree);
        try
        {
            format.Write(new ArtifactContext
            {
                Root = unpacked.Root,
                Tree = ArtifactTimes.Apply(found.Tree, epoch),
                Tags = found.Image.Tags ?? new Dictionary<string, string>(),
                Packages = found.Image.Packages,
                Name = Path.GetFileNameWithoutExtension(file),
                Stream = ImageName.GetDirectory(found.Name),
                Architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64",
                Epoch = epoch,
                TreeHash = TreeHash.Compute(found.Tree).ToString(),
                Settings = settings,
                OutputPath = temporary,
                ScratchDirectory = unpacked.Scratch,
                Tools = new HostToolRunner(_ => { }, context.Cancellation),
                Progress = _ => { },
                Warn = context.Warn,
                Cancellation = context.Cancellation,
            });
            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    Dictionary<string, string> ReadSettings(ParseResult arguments)
    {
        var read = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in arguments.GetValue(settings) ?? [])
        {
            var at = text.IndexOf('=');
            if (at <= 0)
                throw new CommandException(ErrorCode.Usage, $"--option: \"{text}\" is not NAME=VALUE");
            read[text[..at]] = text[(at + 1)..];
        }
        return read;
    }
}
