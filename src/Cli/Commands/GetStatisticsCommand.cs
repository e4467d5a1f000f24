using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Images;
using ImageSdk.Images.Json;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk get-object-statistics-for-images: what images share.</summary>
sealed class GetStatisticsCommand : ImageCommand
{
    readonly Argument<string> list = new("LIST") { Description = "A file of image names, one a line; \"-\" for standard input" };

    public GetStatisticsCommand() : base("get-object-statistics-for-images", "Say how much some images have in common") => Add(list);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var names = InputFile.ReadLines(arguments.GetRequiredValue(list));
        var started = Stopwatch.GetTimestamp();
        var found = await context.Repository.GetStatisticsAsync(names, context.Cancellation);
        var duration = Stopwatch.GetElapsedTime(started);
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteMembers(() =>
            {
                json.WriteNumber("images", found.Images);
                json.WriteNumber("files", found.Files);
                json.WriteNumber("fileBytes", found.FileBytes);
                json.WriteNumber("objects", found.Objects);
                json.WriteNumber("objectBytes", found.ObjectBytes);
            }));
            return ExitCode.Success;
        }
        var factor = found.ObjectBytes == 0 ? "NaN" : FormatFactor((double)found.FileBytes / found.ObjectBytes);
        var time = found.Time > TimeSpan.Zero ? $" with {HumanDuration.Format(found.Time)} computation time" : "";
        context.Host.Error.WriteLine($"{found.Images} images");
        context.Host.Error.WriteLine($"{found.Files} files using {HumanSize.Format(found.FileBytes)}");
        context.Host.Error.WriteLine($"{found.Objects} unique objects using {HumanSize.Format(found.ObjectBytes)}, {factor} de-duplication factor");
        context.Host.Error.WriteLine($"{HumanDuration.Format(duration)} duration{time}");
        return ExitCode.Success;
    }

    // Three digits, without zeros at the end.
    static string FormatFactor(double factor) => factor.ToString(
        factor >= 100 ? "0" : factor >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture);
}
