using ImageSdk.Cli.Context;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Caches;

/// <summary>Passes on what the engine tells while the tool works on the cache.</summary>
sealed class CacheListener(CommandContext context) : IBuildListener
{
    public void Report(Diagnostic diagnostic) => context.Warn(diagnostic.Code, OneLine.Of(diagnostic.Message));

    public void Progress(string message)
    {
        if (context.Host.IsErrorTerminal)
            context.Host.Error.WriteLine(OneLine.Of(message));
    }

    public void Output(string line)
    {
        // No commands run here.
    }
}
