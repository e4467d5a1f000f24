using System.CommandLine;
using ImageSdk.Cli.Adding;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Commands;

/// <summary>A command that adds an image under a new name, made of a source that its second argument names.</summary>
abstract class NewImageCommand : ImageCommand
{
    readonly Argument<string> name = new("NAME") { Description = "The new image's name" };
    readonly Argument<string> source;

    protected NewImageCommand(string command, string description, Argument<string> source) : base(command, description)
    {
        this.source = source;
        Add(name);
        Add(source);
        AddOptions.AddTo(this);
    }

    protected AddOptions AddOptions { get; } = new();

    protected sealed override bool NeedsCleaning => true;

    protected sealed override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var newName = arguments.GetRequiredValue(name);
        var adder = new ImageAdder(context);
        var draft = AddOptions.Read(arguments, adder);
        await adder.RequireNewAsync(newName);
        await AddAsync(newName, arguments.GetRequiredValue(source), draft, adder, arguments, context);
        return ExitCode.Success;
    }

    /// <summary>Adds the image. Nothing has its name yet.</summary>
    /// <param name="source">The second argument.</param>
    protected abstract Task AddAsync(string newName, string source, ImageDraft draft, ImageAdder adder, ParseResult arguments, CommandContext context);
}
