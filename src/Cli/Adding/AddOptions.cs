using System.CommandLine;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Images;

namespace ImageSdk.Cli.Adding;

/// <summary>What the commands that add images have in common: FILTER, TRIGGERS and the options for metadata.</summary>
sealed class AddOptions
{
    readonly Argument<string> filter = new("FILTER")
    {
        Description = "The image's filter file; \"\" for a sparse image", DefaultValueFactory = _ => "", Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Argument<string> triggers = new("TRIGGERS")
    {
        Description = "The image's triggers, a JSON file; \"\" for none", DefaultValueFactory = _ => "", Arity = ArgumentArity.ZeroOrOne,
    };

    readonly FilterOption scanFilter = new("--filter-file", "What to leave out of the tree, instead of what FILTER matches");
    readonly Option<string?> computed = new("--computed-files") { Description = "A list of computed files: lines PATH SOURCE, or JSON", HelpName = "FILE" };
    readonly Option<string?> mtimes = new("--copy-mtimes-from") { Description = "An image whose times files keep that are otherwise equal", HelpName = "IMAGE" };
    readonly Option<string?> log = new("--build-log") { Description = "The build log", HelpName = "FILE|URL" };
    readonly Option<string?> notes = new("--release-notes") { Description = "The release notes", HelpName = "FILE|URL" };
    readonly Option<string?> required = new("--required-paths")
    {
        Description = "What an image that is not sparse must have [default: /etc:d,/etc/passwd:f,/usr:d,/usr/bin:d]", HelpName = "PATH:TYPE,…",
    };

    readonly ExpiryOption expiry = new();

    public void AddTo(Command command)
    {
        command.Add(filter);
        command.Add(triggers);
        scanFilter.AddTo(command);
        foreach (var option in (Option[])[computed, mtimes, log, notes, required])
            command.Add(option);
        expiry.AddTo(command);
    }

    /// <summary>What is left out of a tree: the option, else FILTER.</summary>
    public Filter? ReadScanFilter(ParseResult arguments) => scanFilter.Read(arguments) ?? ReadFilter(arguments);

    /// <summary>Reads all, before anything is sent.</summary>
    public ImageDraft Read(ParseResult arguments, ImageAdder adder)
    {
        var image = new Image
        {
            Filter = ReadFilter(arguments),
            Triggers = arguments.GetRequiredValue(triggers) is { Length: > 0 } path ? InputFile.ReadTriggers(path) : null,
            BuildLog = adder.Annotate(arguments.GetValue(log)),
            ReleaseNotes = adder.Annotate(arguments.GetValue(notes)),
            ExpiresAt = expiry.Read(arguments),
        };
        return new(
            image, arguments.GetValue(computed) is { } list ? InputFile.ReadComputedFiles(list) : [],
            arguments.GetValue(mtimes), ReadRequired(arguments));
    }

    Filter? ReadFilter(ParseResult arguments) =>
        arguments.GetRequiredValue(filter) is { Length: > 0 } path ? InputFile.ReadFilter(path) : null;

    RequiredPaths ReadRequired(ParseResult arguments)
    {
        try
        {
            return arguments.GetValue(required) is { } text ? RequiredPaths.Parse(text) : RequiredPaths.Default;
        }
        catch (FormatException exception)
        {
            throw new CommandException(ErrorCode.Usage, $"--required-paths: {exception.Message}", exception);
        }
    }
}
