using Microsoft.Build.Framework;

namespace ImageSdk.Tasks.Logging;

/// <summary>
/// MSBuild's terminal logger has no way to show progress. It does show the last test result of a project in its live line,
/// once a target named _TestRunStart has started, so progress can go there; the price is that the project is then listed
/// as a test project ("NAME test succeeded").
/// </summary>
static class TerminalLiveLine
{
    public static void Show(IBuildEngine engine, string message) =>
        engine.LogMessageEvent(new ExtendedBuildMessageEventArgs("TLTESTPASSED", message, null, "ImageSdk", MessageImportance.High)
        {
            ExtendedMetadata = new Dictionary<string, string?> { ["localizedResult"] = "", ["displayName"] = message },
        });
}
