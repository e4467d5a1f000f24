using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Finding;

/// <summary>The build log of an image.</summary>
static class BuildLog
{
    /// <exception cref="CommandException">The image has none, or it is elsewhere.</exception>
    public static Stream Open(FoundImage found, CommandContext context)
    {
        if (found.Image.BuildLog is not { } annotation)
            throw new CommandException(ErrorCode.NoBuildLog, $"{found.Name} has no build log");
        if (annotation.Object is not { } hash)
            throw new CommandException(ErrorCode.NoBuildLog, $"the build log of {found.Name} is not kept with it but at {annotation.Url}");
        return context.ObjectsOf(found).OpenRead(hash);
    }
}
