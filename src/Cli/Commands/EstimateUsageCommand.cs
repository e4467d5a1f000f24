using System.CommandLine;
using ImageSdk.Cli.Output;
using ImageSdk.Images;
using ImageSdk.Images.Json;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk estimate-usage: the room that an image takes unpacked.</summary>
sealed class EstimateUsageCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();

    public EstimateUsageCommand() : base("estimate-usage", "Say how much room an image takes unpacked") => Add(image);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var bytes = (await context.FindAsync(arguments.GetRequiredValue(image))).Tree.EstimateUsage();
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteMembers(() => json.WriteNumber("bytes", bytes)));
        else
            context.Host.Text.WriteLine(HumanSize.Format(bytes));
        return ExitCode.Success;
    }
}
