using System.CommandLine;
using System.Text;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Views;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands.Comparisons;

/// <summary>imagesdk diff-package-lists.</summary>
sealed class DiffPackageListsCommand() : ToolDiffCommand("diff-package-lists", "Compare the packages of two images with a program")
{
    protected override (Action<Stream> Left, Action<Stream> Right) Prepare(
        FoundImage left, FoundImage right, ParseResult arguments, CommandContext context)
    {
        foreach (var (side, found) in (ReadOnlySpan<(string, FoundImage)>)[("left", left), ("right", right)])
        {
            if (found.Image.Packages.Count == 0)
                throw new CommandException(ErrorCode.NothingFound, $"no {side} image package data: {found.Name} does not say what is installed");
        }
        var columns = TextColumns.For([.. PackageRows.Of(left.Image.Packages), .. PackageRows.Of(right.Image.Packages)]);
        return (Write(columns, left), Write(columns, right));
    }

    static Action<Stream> Write(TextColumns columns, FoundImage found) => output =>
        output.Write(Encoding.UTF8.GetBytes(string.Concat(PackageRows.Of(found.Image.Packages).Select(row => $"{columns.Format(row)}\n"))));
}
