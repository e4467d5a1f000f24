using System.CommandLine;
using ImageSdk.Images;

namespace ImageSdk.Cli.Options;

/// <summary>The options of listings: columns and paths to leave out.</summary>
sealed class ListingOptions
{
    readonly Option<string?> skipFields = new("--skip-fields")
    {
        Description = "Columns to leave out: m mode, l links, u user, g group, s size, t time, n name, d data", HelpName = "LETTERS",
    };

    readonly FilterOption filter = new("--filter-file", "Paths to leave out of the listing");

    public void AddTo(Command command)
    {
        command.Add(skipFields);
        filter.AddTo(command);
    }

    public bool IsGiven(ParseResult arguments) => arguments.GetValue(skipFields) is not null || arguments.GetValue(filter) is not null;

    public Filter? ReadFilter(ParseResult arguments) => filter.Read(arguments);

    public Listing Read(ParseResult arguments) => new()
    {
        Fields = Listing.FieldsWithout(arguments.GetValue(skipFields) ?? ""), Filter = filter.Read(arguments),
    };
}
