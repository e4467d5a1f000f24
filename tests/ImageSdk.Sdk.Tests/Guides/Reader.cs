using System.Diagnostics;
using System.Text.RegularExpressions;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests.Guides;

/// <summary>
/// Someone with a machine as the guides expect it: a home of their own, the packages in a feed that NuGet knows, <c>imagesdk</c> in the path, and
/// the templates installed, which the tutorial does. All guides are read by the same one, so that what one downloads the next finds in the cache.
/// </summary>
public sealed class Reader : IDisposable
{
    const string Tutorial = "docs/tutorial.md";

    readonly string folder = Path.Combine(PackedSdk.Root, "reader ä");
    readonly HashSet<string> homes = [];

    internal void Follow(Guide guide)
    {
        var home = Home(guide);
        var directory = Directory.CreateDirectory(Path.Combine(folder, Path.GetFileNameWithoutExtension(guide.Page))).FullName;
        var output = "";
        foreach (var step in guide.Steps)
            switch (step)
            {
                case GuideStep.WriteFile(_, var name, var text):
                    Write(Path.Combine(directory, name), text, isProgram: text.StartsWith("#!", StringComparison.Ordinal));
                    break;
                case GuideStep.RunCommands(var line, var script):
                    (var status, output, directory) = Run(script, directory, home);
                    Assert.True(status == 0, $"{guide.Page}:{line}: exit code {status} of\n{script}\n\n{output}");
                    break;
                case GuideStep.CompareOutput(var line, var expected):
                    foreach (var wanted in expected)
                        Assert.True(Regex.IsMatch(output, $"^{Regex.Escape(wanted).Replace("…", ".*", StringComparison.Ordinal)}\\r?$", RegexOptions.Multiline), $"{guide.Page}:{line}: \"{wanted}\" is not in\n{output}");
                    break;
            }
    }

    string Home(Guide guide)
    {
        var home = Path.Combine(folder, guide.Page == Tutorial ? "first home" : "home");
        if (!homes.Add(home))
            return home;
        Write(Path.Combine(home, ".nuget/NuGet/NuGet.Config"), $"<configuration><packageSources><clear /><add key=\"imagesdk\" value=\"{PackedSdk.Feed}\" /></packageSources></configuration>\n");
        Write(Path.Combine(home, "bin/imagesdk"), $"#!/bin/sh\nexec dotnet '{Repository.Cli}' \"$@\"\n", isProgram: true);
        if (guide.Page != Tutorial)
        {
            var (status, output, _) = Run("dotnet new install ImageSdk.Templates", folder, home);
            Assert.True(status == 0, output);
        }
        return home;
    }

    /// <returns>Exit code, what was printed, and the directory that the commands ended in.</returns>
    (int Status, string Output, string Directory) Run(string script, string directory, string home)
    {
        var place = Path.Combine(home, "directory");
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "bash", "-e", "-o", "pipefail", "-c", $"exec 2>&1; {script}\npwd > '{place}'"]) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment.Clear();
        foreach (var (name, value) in OwnProcess.Environment.Concat(PackedSdk.Environment))
            start.Environment[name] = value;
        start.Environment["HOME"] = start.Environment["DOTNET_CLI_HOME"] = home;
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(folder, "cache");
        start.Environment["PATH"] = $"{home}/bin:{start.Environment["PATH"]}";
        foreach (var name in (string[])["XDG_DATA_HOME", "XDG_CONFIG_HOME", "IMAGESDK_SERVER"])
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, process.ExitCode == 0 ? File.ReadAllText(place).TrimEnd('\n') : directory);
    }

    static void Write(string file, string text, bool isProgram = false)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        if (isProgram)
            File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
    }

    public void Dispose()
    {
        // An ordinary user's cache has files of subordinate ids.
        string[] remove = ["rm", "-rf", folder];
        using var process = Process.Start("env", Environment.IsPrivilegedProcess ? remove : ["unshare", "--map-root-user", "--map-auto", .. remove]);
        process.WaitForExit();
    }
}
