using System.CommandLine;
using System.Text;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Output;
using ImageSdk.Dominator;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk get-archive-data: what is known of an image, without its tree, filter and triggers, as gob or JSON.</summary>
sealed class GetArchiveDataCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string> output = new("OUT") { Description = "A file; \"-\" for JSON to standard output, NAME.json for JSON, else gob" };

    public GetArchiveDataCommand() : base("get-archive-data", "Write what is known of an image for an archive")
    {
        Add(image);
        Add(output);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var found = await context.FindAsync(arguments.GetRequiredValue(image), new(WithTree: false));
        var metadata = await ImageMetadata.ReadAsync(found, context);
        var reduced = metadata with { Image = metadata.Image with { FileSystem = null, Filter = null, Triggers = null }, InformationUrl = "" };
        var path = arguments.GetRequiredValue(output);
        await OutputFile.WriteAsync(context.Host, path, stream =>
        {
            if (path == "-" || path.EndsWith(".json", StringComparison.Ordinal))
                stream.Write(Encoding.UTF8.GetBytes(reduced.ToJson()));
            else
                BareGob.Write(stream, reduced.Image);
            return Task.CompletedTask;
        });
        return ExitCode.Success;
    }
}
