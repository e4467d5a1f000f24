using System.CommandLine;
using ImageSdk.Cli.Adding;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk addrep: a new version of an image in which layers replace files.</summary>
sealed class AddReplaceCommand : ImageCommand
{
    readonly Argument<string> name = new("NAME") { Description = "The new image's name" };
    readonly Argument<string> below = ImageArgument("BASE");
    readonly ReplaceOptions options = new();

    public AddReplaceCommand() : base("addrep", "Add a new version of an image in which the files of layers replace its own")
    {
        Add(name);
        Add(below);
        options.AddTo(this);
    }

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        await options.Read(arguments, context).AddAsync(arguments.GetRequiredValue(name), arguments.GetRequiredValue(below));
        return ExitCode.Success;
    }
}
