using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk merge-filters: the union of filter files, sorted.</summary>
sealed class MergeFiltersCommand : LocalCommand
{
    readonly Argument<string[]> files = new("FILTER") { Description = "Filter files", Arity = ArgumentArity.OneOrMore };

    public MergeFiltersCommand() : base("merge-filters", "Unite filter files") => Add(files);

    protected override int Execute(ParseResult arguments, CommandContext context)
    {
        NameList.Write(context, Filter.Merge(arguments.GetRequiredValue(files).Select(InputFile.ReadFilter))!.Lines);
        return ExitCode.Success;
    }
}
