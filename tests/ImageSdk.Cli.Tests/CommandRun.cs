using System.Text;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Hosting;

namespace ImageSdk.Cli.Tests;

/// <summary>What the process would have been like.</summary>
sealed record RunSettings(bool IsTerminal = false, bool IsRoot = true, CancellationToken Cancellation = default)
{
    public Dictionary<string, string> Variables { get; init; } = [];
}

/// <summary>One run of the tool within this process.</summary>
sealed record CommandRun(int ExitCode, byte[] OutputBytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static CommandRun Start(RunSettings settings, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter { NewLine = "\n" };
        var host = new CommandHost(output, error)
        {
            IsTerminal = settings.IsTerminal,
            IsRoot = settings.IsRoot,
            GetVariable = name => settings.Variables.GetValueOrDefault(name),
        };
        var exitCode = CommandLineTool.Run(arguments, host, settings.Cancellation).GetAwaiter().GetResult();
        return new(exitCode, output.ToArray(), error.ToString());
    }

    /// <summary>Checks that the run failed with this code, in one line and without anything else.</summary>
    public void AssertError(string code)
    {
        Assert.StartsWith($"imagesdk: error {code}: ", Error);
        Assert.Equal(1, Error.Count(character => character == '\n'));
        Assert.EndsWith("\n", Error);
        Assert.Equal(Cli.Errors.ExitCode.Error, ExitCode);
        Assert.Equal("", Output);
    }
}
