using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Hosting;
using ImageSdk.Cli.Options;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli;

/// <summary>The tool as a whole: arguments in, exit code out, every failure as one line.</summary>
static class CommandLineTool
{
    // Long enough to take a large half-written tree away.
    static readonly TimeSpan CleaningTime = TimeSpan.FromMinutes(1);

    public static async Task<int> Run(IReadOnlyList<string> arguments, CommandHost host, CancellationToken cancellation = default)
    {
        try
        {
            // No response files: "@" is an ordinary character here.
            var parsed = CreateRoot(host, arguments).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Action is not HelpAction && UsageFault.Find(parsed) is { } fault)
                throw new CommandException(ErrorCode.Usage, $"{fault} See: {HelpCommand(parsed)}");
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = CleaningTime,
                Output = host.Text,
                Error = host.Error,
            };
            var exitCode = await parsed.InvokeAsync(configuration, cancellation);
            host.Flush();
            return exitCode;
        }
        catch (OperationCanceledException)
        {
            host.Error.WriteLine($"{CommandHost.ToolName}: cancelled");
            return ExitCode.Cancelled;
        }
        catch (Exception exception)
        {
            var known = exception as CommandException ?? Failure.Describe(exception);
            host.Error.WriteLine($"{CommandHost.ToolName}: error {known.Code}: {OneLine.Of(known.Message)}");
            return ExitCode.Error;
        }
    }

    internal static RootCommand CreateRoot(CommandHost host, IReadOnlyList<string> arguments)
    {
        var options = new GlobalOptions();
        var root = new RootCommand("Adds, shows, compares, unpacks and keeps operating-system images, in a store or on an image server, and cares for the build cache and for certificates.");
        options.AddTo(root);
        foreach (var command in CommandTable.Make(arguments, host, options))
            root.Add(command);
        return root;
    }

    static string HelpCommand(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
            if (command.Command is not RootCommand)
                names.Insert(0, command.Command.Name);
        return string.Join(' ', [CommandHost.ToolName, .. names, "--help"]);
    }
}
