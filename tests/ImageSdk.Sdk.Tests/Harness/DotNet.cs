using System.Diagnostics;

namespace ImageSdk.Sdk.Tests.Harness;

/// <summary>Runs the real dotnet with folders of its own, undisturbed by the dotnet that runs the tests.</summary>
static class DotNet
{
    public static BuildResult Run(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(folder, environment, arguments);
        return Finish(process);
    }

    public static Process Start(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        // A suite that was started in the background ignores interruptions, and so would the builds that tests interrupt.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The test host is itself started by MSBuild, whose variables would steer the one under test.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        foreach (var name in (string[])["XDG_CACHE_HOME", "XDG_DATA_HOME", "DOTNET_CLI_UI_LANGUAGE"])
            start.Environment.Remove(name);
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1";
        start.Environment["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static BuildResult Finish(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output + error.Result);
    }
}
