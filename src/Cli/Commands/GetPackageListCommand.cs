using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Views;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk get-package-list.</summary>
sealed class GetPackageListCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string?> output = OutputArgument();

    public GetPackageListCommand() : base("get-package-list", "Write the packages of an image: name, version, size")
    {
        Add(image);
        Add(output);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var found = await context.FindAsync(arguments.GetRequiredValue(image), new(WithTree: false));
        var packages = found.Image.Packages;
        if (packages.Count == 0)
            throw new CommandException(ErrorCode.NothingFound, $"no package data: {found.Name} does not say what is installed");
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteList(packages, json.WritePackage));
        else
        {
            await OutputFile.WriteAsync(context.Host, arguments.GetValue(output), async stream =>
            {
                await using var text = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                TextColumns.Write(text, PackageRows.Of(packages));
            });
        }
        return ExitCode.Success;
    }
}
