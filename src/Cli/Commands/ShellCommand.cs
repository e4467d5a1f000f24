using System.CommandLine;
using ImageSdk.Building.Shells;
using ImageSdk.Cli.Caches;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images.Text;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk shell: a shell in the image of a project, as a stage of its build left it.</summary>
sealed class ShellCommand : ImageCommand
{
    readonly Argument<string> project = new("PROJECT") { Description = "The project (.imgproj) or its folder; it has been built, at least in part" };
    readonly Argument<string[]> command = new("COMMAND") { Description = "What to run in place of a shell, behind --", Arity = ArgumentArity.ZeroOrMore };
    readonly Option<string> stage = new("--stage")
    {
        Description = "After which stage [default: the last one that is up to date, before the one that failed]", HelpName = "STAGE", DefaultValueFactory = _ => "",
    };

    public ShellCommand() : base("shell", "Open a shell in the image of a project, as a stage of its build left it; what it changes is thrown away")
    {
        stage.CompletionSources.Add([.. StageTable.Rows.Where(row => row.Kind != StageKind.Resolve).Select(row => row.Stage.ToString())]);
        Add(project);
        Add(command);
        Add(stage);
    }

    protected override bool NeedsCleaning => true;

    /// <returns>The command's exit code.</returns>
    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var file = ProjectImage.FindProject(arguments.GetRequiredValue(project));
        var shell = new ImageShell(await ProjectImage.FindStateAsync(file, context.Host.GetVariable, context.Cancellation), new Listener(context));
        var place = shell.Find(arguments.GetRequiredValue(stage));
        if (context.Host.IsErrorTerminal)
            await context.Host.Error.WriteLineAsync(place.ToString());
        using var workers = ToolWorkers.Create();
        context.Host.Flush();
        using var terminal = PseudoTerminal.TryOpen();
        return await shell.RunAsync(place, arguments.GetValue(command) ?? [], terminal?.Path, context.Host.GetVariable("TERM"), workers, context.Cancellation);
    }

    /// <summary>What the command prints, where it has no terminal, is the output of the tool.</summary>
    sealed class Listener(CommandContext context) : IBuildListener
    {
        public void Report(Diagnostic diagnostic) => context.Warn(diagnostic.Code, OneLine.Of(diagnostic.Message));

        public void Progress(string message)
        {
            // Before a shell there is little, and in it there is no place for more.
        }

        public void Output(string line)
        {
            context.Host.Text.WriteLine(line);
            context.Host.Flush();
        }
    }
}
