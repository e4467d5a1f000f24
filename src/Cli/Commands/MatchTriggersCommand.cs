using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk match-triggers: the triggers of a file that some path of an image pulls.</summary>
sealed class MatchTriggersCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string> triggers = new("TRIGGERS") { Description = "A JSON file of triggers" };

    public MatchTriggersCommand() : base("match-triggers", "Show which triggers of a file an image's paths pull")
    {
        Add(image);
        Add(triggers);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var candidates = InputFile.ReadTriggers(arguments.GetRequiredValue(triggers));
        var tree = (await context.FindAsync(arguments.GetRequiredValue(image))).Tree;
        var paths = tree.Index.Entries.Where(entry => entry.Inode is not DirectoryInode).Select(entry => entry.Path);
        // By service, as imagetool prints them; they would run in the order of their sort names.
        var pulled = candidates.Match(paths).OrderBy(trigger => trigger.Service, StringComparer.Ordinal).ThenByDescending(trigger => trigger.DoReload);
        context.Host.Text.Write(new Triggers([.. pulled]).ToJson());
        return ExitCode.Success;
    }
}
