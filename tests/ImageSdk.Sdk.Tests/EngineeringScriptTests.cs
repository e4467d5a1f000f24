using System.Diagnostics;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>What the scripts in eng/ share: looking for what a machine lacks, as an ordinary user and with other users' subordinate ids.</summary>
public sealed class EngineeringScriptTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk-eng-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    (int ExitCode, string Output, string Error) Run(string script, string subordinate)
    {
        File.WriteAllText(Path.Combine(folder, "subuid"), subordinate);
        File.WriteAllText(Path.Combine(folder, "subgid"), subordinate);
        var prelude = $$"""
            . "${0%/*}/common.sh"
            subuid='{{folder}}/subuid' subgid='{{folder}}/subgid'
            id() { case "$1" in -u) echo 1234 ;; -un) echo somebody ;; esac; }
            """;
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", $"{prelude}\n{script}", Path.Combine(Repository.Root, "eng/script")])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    [Fact]
    public void An_ordinary_user_learns_at_once_of_all_that_is_missing()
    {
        var run = Run("need no-such-program package-a /no/such/file package-b no-such-other package-a sh dash\nneed_subordinate_ids\nsettle", "other:100000:65536\n");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("apt-get install -y package-a package-b", run.Error);
        Assert.DoesNotContain("dash", run.Error);
        Assert.Contains("usermod --add-subuids 165536-231071 --add-subgids 165536-231071 somebody", run.Error);
        Assert.Contains("has 0 ids", run.Error);
    }

    [Theory]
    [InlineData("", "100000-165535")]
    [InlineData("a:100000:65536\nb:165536:65536\n", "231072-296607")]
    [InlineData("b:165000:10\na:100000:65536\nc:300000:65536", "165536-231071")]
    [InlineData("a:524288:65536\nb:65536:20\n", "100000-165535")]
    [InlineData("a:90000:20000\nb:170000:5\n", "170005-235540")]
    [InlineData("# nothing\n\nbad\n", "100000-165535")]
    public void Suggested_ids_are_nobodys(string subordinate, string expected) => Assert.Equal(expected, Run("free_subordinate_ids", subordinate).Output.Trim());

    [Theory]
    [InlineData("somebody:100000:65536\n", true)]
    [InlineData("1234:100000:65536\n", true)]
    [InlineData("somebody:100000:30000\nsomebody:200000:35536\n", true)]
    [InlineData("somebody:100000:1000\n", false)]
    [InlineData("somebody2:100000:65536\n", false)]
    public void Enough_ids_are_enough(string subordinate, bool isEnough)
    {
        var run = Run("newuidmap() { :; }\nneed_subordinate_ids\nsettle", subordinate);
        Assert.Equal(isEnough ? (0, "") : (1, run.Error), (run.ExitCode, run.Error));
        Assert.Equal(!isEnough, run.Error.Contains("usermod", StringComparison.Ordinal));
    }
}
