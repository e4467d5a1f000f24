using ImageSdk.Cli.Output;
using ImageSdk.Images;
using Spectre.Console;

namespace ImageSdk.Cli.Views;

/// <summary>Images in columns, for a terminal.</summary>
static class ImageTable
{
    static readonly Padding Gap = new(0, 0, 2, 0);

    public static void Write(TextWriter output, IEnumerable<ListedImage> images)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        table.AddColumn(new TableColumn("Image") { NoWrap = true, Padding = Gap });
        table.AddColumn(new TableColumn("Created") { NoWrap = true, Padding = Gap });
        table.AddColumn(new TableColumn("Files") { NoWrap = true, Padding = Gap, Alignment = Justify.Right });
        table.AddColumn(new TableColumn("Size") { NoWrap = true, Padding = Gap, Alignment = Justify.Right });
        foreach (var image in images)
        {
            table.AddRow(
                new Text(image.Name),
                new Text(image.Fault is null ? UtcTime.Format(image.CreatedOn) : "damaged"),
                new Text(image.Files?.ToString() ?? ""),
                new Text(image.Bytes is { } bytes ? HumanSize.Format(bytes) : ""));
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        // Names are there to be copied: a narrow terminal may break lines, but nothing is cut off.
        console.Profile.Width = short.MaxValue;
        console.Write(table);
    }
}
