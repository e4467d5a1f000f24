using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Adding;

/// <summary>The layers that replace files of an image, and what else is new in it.</summary>
sealed class ReplaceOptions
{
    readonly Argument<string[]> layers = new("LAYER")
    {
        Description = "Directories, tar files or images", Arity = ArgumentArity.OneOrMore,
    };

    readonly Option<string?> computed = new("--computed-files") { Description = "A list of computed files: lines PATH SOURCE, or JSON", HelpName = "FILE" };
    readonly ExpiryOption expiry = new();

    public void AddTo(Command command)
    {
        command.Add(layers);
        command.Add(computed);
        expiry.AddTo(command);
    }

    public ImageReplacement Read(ParseResult arguments, CommandContext context) => new(
        context, arguments.GetRequiredValue(layers),
        arguments.GetValue(computed) is { } list ? InputFile.ReadComputedFiles(list) : [], expiry.Read(arguments));
}
