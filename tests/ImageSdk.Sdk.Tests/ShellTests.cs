using System.Diagnostics;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>dotnet build -t:Shell.</summary>
[Trait("Category", "Image")]
public sealed class ShellTests : IDisposable
{
    readonly TestFolder folder = new(fakeEngine: false);

    public ShellTests()
    {
        TinyImage.Write(folder);
        folder.Write("files/etc/greeting", "hello\n");
        folder.Write("token", "hunter2");
        folder.Write("Directory.Build.targets", """
            <Project>
              <ItemGroup>
                <ImageSecret Include="token" File="$(MSBuildProjectDirectory)/token" />
                <ImageVariable Include="COLOUR" Value="green" />
              </ItemGroup>
            </Project>
            """);
        folder.Program("scripts/10-make", "#!/bin/sh\nset -e\ncat /run/secrets/token > /dev/null\necho made > /etc/made\n");
    }

    public void Dispose() => folder.Dispose();

    BuildResult Shell(string command, params string[] arguments) => folder.Run(["msbuild", "-t:Shell", "-v:detailed", $"-p:ImageShellCommand={command}", .. arguments]);

    [SandboxFact]
    public void A_command_runs_as_scripts_do_without_secrets_and_leaves_nothing()
    {
        Assert.Contains("IMG1016", Shell("true").Output);
        folder.Build().Succeeded();
        var result = Shell("cat /etc/greeting /etc/made%3B echo colour $COLOUR%3B test ! -e /run/secrets/token && echo x > /etc/left && test -s /etc/left").Succeeded();
        Assert.Contains("hello", result.Lines);
        Assert.Contains("made", result.Lines);
        Assert.Contains("colour green", result.Lines);
        Assert.DoesNotContain("hunter2", result.Output);
        Shell("test ! -e /etc/left").Succeeded();
        Assert.Contains("exit code 7", Shell("exit 7").FailedWith("IMG1604"));
        Assert.DoesNotContain("up to date", folder.Build().Succeeded().Output);
    }

    [SandboxFact]
    public void The_stage_can_be_chosen_and_is_the_one_before_a_failure_otherwise()
    {
        folder.Build().Succeeded();
        Shell("test -e /etc/greeting && test ! -e /etc/made", "-p:ImageShellStage=CopyFiles").Succeeded();
        Shell("test -e /bin/sh && test ! -e /etc/greeting", "-p:ImageShellStage=unpacksourceimage").Succeeded();
        Assert.Contains("RunScripts", Shell("true", "-p:ImageShellStage=RunScript").FailedWith("IMG1601"));

        folder.Write("files/etc/greeting", "hello again\n");
        folder.Program("scripts/10-make", "#!/bin/sh\necho made > /etc/made\nexit 3\n");
        Assert.NotEqual(0, folder.Build().ExitCode);
        var result = Shell("cat /etc/greeting && test ! -e /etc/made").Succeeded();
        Assert.Contains("tiny: The image after CopyPostInstallFiles, as RunScripts, which has not succeeded, finds it. Changes are thrown away.", result.Lines);
        Assert.Contains("hello again", result.Lines);
    }

    [SandboxFact]
    public void A_terminal_gets_a_shell_and_without_one_there_is_an_error()
    {
        folder.Build().Succeeded();
        folder.Run("msbuild", "-t:Shell").FailedWith("IMG1603");

        // What is typed ahead waits in the terminal.
        folder.Write("keys", "echo size $(stty size 2>/dev/null) sum $((40 + 2)) $TERM\nexit 5\n");
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", "dotnet build -t:Shell -tl:off --no-restore -v:n", "/dev/null"])
        {
            WorkingDirectory = folder.Path, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in PackedSdk.Environment)
            start.Environment[name] = value;
        start.Environment["TERM"] = "vt220";
        using var process = Process.Start(start)!;
        process.StandardInput.Write(File.ReadAllText(folder["keys"]));
        process.StandardInput.Flush();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + errors.Result);
        Assert.Contains("sum 42 vt220", output);
        Assert.Contains("the shell ended with exit code", output);
    }
}
