using System.CommandLine;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Images;
using ImageSdk.Trees.Scanning;

namespace ImageSdk.Cli.Options;

/// <summary>What is ignored when files are looked for that an image's filter matches.</summary>
sealed class ScanOptions
{
    const string Default = "/data/.*,/home/.*,/tmp/.*,/var/log/.*,/var/mail/.*,/var/spool/.*,/var/tmp/.*";

    readonly Option<string> excluded = new("--scan-exclude-list")
    {
        Description = "Expressions of paths to pass over, separated by commas", HelpName = "A,B,…", DefaultValueFactory = _ => Default,
    };

    public void AddTo(Command command) => command.Add(excluded);

    /// <exception cref="CommandException">The image is sparse.</exception>
    public FilteredFiles Read(ParseResult arguments, FoundImage found) => new(
        found.Image.Filter ?? throw new CommandException(ErrorCode.NothingFound, $"{found.Name} is a sparse image: it has no filter"),
        Filter.FromLines(arguments.GetRequiredValue(excluded).Split(',')));
}
