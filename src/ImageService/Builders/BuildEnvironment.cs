using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Builders;

/// <summary>What programs that build recipes find.</summary>
static class BuildEnvironment
{
    /// <summary>Makes an empty home, and brings the names of servers.</summary>
    /// <returns>Path of the home.</returns>
    public static string Prepare(RunContext run)
    {
        if (File.Exists("/etc/resolv.conf"))
            File.Copy("/etc/resolv.conf", Path.Combine(run.Folder, "resolv.conf"), overwrite: true);
        return run.NewFolder("home");
    }

    /// <summary>Their environment: they reach servers as the service does.</summary>
    public static Dictionary<string, string> Variables() => new[] { "http_proxy", "https_proxy", "no_proxy" }
        .Select(name => KeyValuePair.Create(name, Environment.GetEnvironmentVariable(name) ?? "")).Where(variable => variable.Value.Length > 0)
        .Append(new("HOME", "/mnt/home")).Append(new("LANG", "C.UTF-8")).ToDictionary();
}
