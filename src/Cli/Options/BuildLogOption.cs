using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Output;

namespace ImageSdk.Cli.Options;

/// <summary>--always-show-log: the log of a build as it grows; else that of a failure at its end.</summary>
sealed class BuildLogOption : Option<bool>
{
    public BuildLogOption() : base("--always-show-log") => Description = "Write the build's log to standard error as it grows, not only where the build fails";

    public ShownLog Open(ParseResult arguments, CommandContext context) => new(context.Host.Error, arguments.GetValue(this));
}
