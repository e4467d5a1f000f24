using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Images;
using ImageSdk.Images.Json;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk estimate-usage: the room that an image takes unpacked.</summary>
sealed class EstimateUsageCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();

    readonly FilterOption filter = new("--filter-file", "What to leave out of a directory tree or tar file (d:PATH)");

    public EstimateUsageCommand() : base("estimate-usage", "Say how much room an image takes unpacked")
    {
        Add(image);
        filter.AddTo(this);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var bytes = (await context.FindAsync(arguments.GetRequiredValue(image), new(Filter: filter.Read(arguments)))).Tree.EstimateUsage();
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteMembers(() => json.WriteNumber("bytes", bytes)));
        else
            context.Host.Text.WriteLine(HumanSize.Format(bytes));
        return ExitCode.Success;
    }
}
