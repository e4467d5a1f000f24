using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk merge-triggers: the union of trigger files.</summary>
sealed class MergeTriggersCommand : LocalCommand
{
    readonly Argument<string[]> files = new("TRIGGERS") { Description = "JSON files of triggers", Arity = ArgumentArity.OneOrMore };

    public MergeTriggersCommand() : base("merge-triggers", "Unite trigger files") => Add(files);

    protected override int Execute(ParseResult arguments, CommandContext context)
    {
        var merged = Triggers.Merge(arguments.GetRequiredValue(files).Select(InputFile.ReadTriggers)) ?? new Triggers([]);
        context.Host.Text.Write(merged.ToJson());
        return ExitCode.Success;
    }
}
