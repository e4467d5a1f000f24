using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Images;
using ImageSdk.Images.Json;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk scan-filtered-files: the paths of a tree that an image's filter matches.</summary>
sealed class ScanFilteredCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string> directory = new("DIR") { Description = "A directory tree" };
    readonly ScanOptions scan = new();

    public ScanFilteredCommand() : base("scan-filtered-files", "List the paths of a directory tree that an image's filter matches")
    {
        Add(image);
        Add(directory);
        scan.AddTo(this);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var found = await context.FindAsync(arguments.GetRequiredValue(image), new(WithTree: false));
        var paths = scan.Read(arguments, found).Find(arguments.GetRequiredValue(directory)).Select(file => file.Path);
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteList(paths, path => json.WriteMembers(() => json.WriteBytes("path", new ByteString(path)))));
            return ExitCode.Success;
        }
        context.Host.WriteBytes(output =>
        {
            foreach (var path in paths)
            {
                output.Write(path);
                output.WriteByte((byte)'\n');
            }
        });
        return ExitCode.Success;
    }
}
