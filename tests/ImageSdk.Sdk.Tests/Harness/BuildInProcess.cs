using System.Text;
using Microsoft.Build.Evaluation;
using Microsoft.Build.Execution;
using Microsoft.Build.Framework;
using Microsoft.Build.Graph;
using Microsoft.Build.Logging;

namespace ImageSdk.Sdk.Tests.Harness;

/// <summary>Builds in this process, by the MSBuild of the installed .NET SDK: its resolvers, its targets, NuGet's restore.</summary>
static class BuildInProcess
{
    /// <summary>A build changes to the folder of its project and back again, and MSBuild lets one node at a time do so.</summary>
    static readonly Lock oneAtATime = new();

    public static BuildResult Run(BuildCommand command)
    {
        lock (oneAtATime)
        {
            var output = new StringBuilder();
            var logger = new ConsoleLogger(command.IsDetailed ? LoggerVerbosity.Detailed : LoggerVerbosity.Minimal, text => output.Append(text), _ => { }, () => { })
            {
                Parameters = "EnableMPLogging;DisableConsoleColor",
            };
            using var projects = new ProjectCollection();
            using var manager = new BuildManager("tests");
            manager.BeginBuild(new BuildParameters(projects)
            {
                Loggers = [logger],
                MaxNodeCount = 1,
                EnableNodeReuse = false,
                Question = command.IsQuestion,
                WarningsAsErrors = command.Errors.Count > 0 ? command.Errors : null,
            });
            bool succeeded;
            try
            {
                succeeded = (!command.IsRestored || Restore(manager, command)) && (!command.IsBuilt || Build(manager, command));
            }
            finally
            {
                manager.EndBuild();
            }
            return new(succeeded ? 0 : 1, output.ToString());
        }
    }

    /// <summary>As MSBuild's own restore: what it writes is read by the build, so nothing that it evaluated is used again.</summary>
    static bool Restore(BuildManager manager, BuildCommand command)
    {
        var properties = new Dictionary<string, string>(command.Properties, StringComparer.OrdinalIgnoreCase)
        {
            ["MSBuildRestoreSessionId"] = Guid.NewGuid().ToString("D"),
            ["MSBuildIsRestoring"] = "true",
        };
        // The command's restore before a build leaves out what a compiler would take; targets of the SDK know it by that.
        if (command.IsBuilt)
        {
            foreach (var kind in (string[])["Compile", "EmbeddedResource", "None"])
                properties[$"EnableDefault{kind}Items"] = "false";
        }
        return Submit(manager, new BuildRequestData(
            command.ProjectFile, properties!, null, ["Restore"], null,
            BuildRequestDataFlags.ClearCachesAfterBuild | BuildRequestDataFlags.SkipNonexistentTargets | BuildRequestDataFlags.IgnoreMissingEmptyAndInvalidImports
                | BuildRequestDataFlags.FailOnUnresolvedSdk));
    }

    static bool Build(BuildManager manager, BuildCommand command)
    {
        if (!command.IsGraph)
            return Submit(manager, new BuildRequestData(command.ProjectFile, new Dictionary<string, string>(command.Properties)!, null, [.. command.Targets], null));
        var result = manager.BuildRequest(new GraphBuildRequestData(command.ProjectFile, new Dictionary<string, string>(command.Properties), [.. command.Targets], null));
        return result.OverallResult == BuildResultCode.Success;
    }

    static bool Submit(BuildManager manager, BuildRequestData request) => manager.BuildRequest(request).OverallResult == BuildResultCode.Success;
}
