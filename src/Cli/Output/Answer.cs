using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Output;

/// <summary>Yes or no: by the exit code, in JSON as a word.</summary>
static class Answer
{
    /// <returns>The exit code.</returns>
    public static int Write(CommandContext context, bool isYes)
    {
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteBooleanValue(isYes));
        return isYes ? ExitCode.Success : ExitCode.No;
    }
}
