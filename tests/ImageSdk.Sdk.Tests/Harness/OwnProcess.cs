using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Build.Locator;

namespace ImageSdk.Sdk.Tests.Harness;

/// <summary>
/// This process as builds in it need it: MSBuild is found before a type of it is, and variables are those of no user. They are set
/// once, before any test runs, and never again.
/// </summary>
static class OwnProcess
{
    /// <summary>The environment that dotnet is to be started with: the tests' own, without what steers builds or this process.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; private set; } = new Dictionary<string, string>();

    [ModuleInitializer]
    internal static void Prepare()
    {
        // The test host is itself started by MSBuild, whose variables would steer the one under test.
        var names = System.Environment.GetEnvironmentVariables().Keys.Cast<string>();
        foreach (var name in names.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name is "XDG_CACHE_HOME" or "XDG_DATA_HOME" or "DOTNET_CLI_UI_LANGUAGE").ToList())
            System.Environment.SetEnvironmentVariable(name, null);
        Set("DOTNET_NOLOGO", "1");
        Set("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
        Set("DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1");
        Set("DOTNET_GENERATE_ASPNET_CERTIFICATE", "false");
        Set("MSBUILDDISABLENODEREUSE", "1");
        Environment = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value!);

        // What the dotnet command does before it hands over to MSBuild.
        MSBuildLocator.RegisterDefaults();
        Set("DOTNET_HOST_PATH", Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet")));
        foreach (var (name, value) in PackedSdk.Environment)
            Set(name, value);

        static void Set(string name, string value) => System.Environment.SetEnvironmentVariable(name, value);
    }
}
