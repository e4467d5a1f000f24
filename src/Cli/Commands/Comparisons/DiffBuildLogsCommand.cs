using System.CommandLine;
using System.Text;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Finding;

namespace ImageSdk.Cli.Commands.Comparisons;

/// <summary>imagesdk diff-build-logs: with the few characters made plain that would hide what is equal.</summary>
sealed class DiffBuildLogsCommand() : ToolDiffCommand("diff-build-logs", "Compare the build logs of two images with a program")
{
    protected override (Action<Stream> Left, Action<Stream> Right) Prepare(
        FoundImage left, FoundImage right, ParseResult arguments, CommandContext context) => (Write(left, context), Write(right, context));

    static Action<Stream> Write(FoundImage found, CommandContext context) => output =>
    {
        using var log = new StreamReader(BuildLog.Open(found, context), Encoding.UTF8);
        output.Write(Encoding.UTF8.GetBytes(log.ReadToEnd().Replace('\r', '\n').Replace("µ", " u").Replace("→", " ->")));
    };
}
