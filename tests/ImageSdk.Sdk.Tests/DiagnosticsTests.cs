using System.Diagnostics;
using System.Globalization;
using ImageSdk.Sdk.Tests.Harness;
using ImageSdk.Tests;

namespace ImageSdk.Sdk.Tests;

public sealed class DiagnosticsTests : IDisposable
{
    readonly TestFolder folder = new();

    public DiagnosticsTests() => folder.Project("hello");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_error_of_the_engine_has_its_code_and_place_and_braces()
    {
        var error = folder.Build("-p:ImageVariables=FAKE_FAIL=RunScripts").FailedWith("IMG3999");

        Assert.StartsWith($"{folder["manifest"]}(3,7): error IMG3999: it {{0}} failed", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_warning_of_the_engine_can_be_silenced_and_made_an_error()
    {
        const string order = "-p:ImageVariables=FAKE_WARN=RunScripts";
        var warned = folder.Build(order);
        Assert.Equal(0, warned.ExitCode);
        Assert.StartsWith($"{folder["manifest"]}(2,5): warning IMG3998: a {{0}} to note", Assert.Single(warned.Warnings), StringComparison.Ordinal);

        folder.Build("-t:Rebuild", order, "-p:NoWarn=IMG3998").Succeeded();
        folder.Build("-t:Rebuild", order, "-warnaserror:IMG3998").FailedWith("IMG3998");
    }

    [Fact]
    public void An_internal_error_is_one_coded_line_and_its_trace_is_in_the_detailed_log()
    {
        var error = folder.Build("-p:ImageVariables=FAKE_CRASH=RunScripts").FailedWith("IMG9999");
        Assert.Contains("InvalidDataException: the unexpected", error);
        Assert.StartsWith(folder["hello.imgproj"], error, StringComparison.Ordinal);

        var detailed = folder.Build("-p:ImageVariables=FAKE_CRASH=RunScripts", "-v:detailed");
        Assert.Contains("   at ImageSdk.Building.ImageBuild.", detailed.Output);
    }

    [Fact]
    public void Output_of_commands_is_in_the_detailed_log_only()
    {
        Assert.DoesNotContain("output of RunScripts", folder.Build().Succeeded().Output);
        Assert.Contains("output of RunScripts", folder.Build("-t:Rebuild", "-v:detailed").Output);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_build_with_one_coded_error()
    {
        folder.Build().Succeeded();
        using var build = folder.Start("build", "-tl:off", "-p:ImageVariables=FAKE_HANG=RunScripts");
        var output = Task.Run(() => DotNet.Finish(build));
        await Wait.UntilAsync(() => File.Exists(folder.State("hanging")) || build.HasExited);
        Assert.False(build.HasExited, "the build did not wait");

        using var kill = Process.Start("kill", ["-INT", build.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();

        (await output).FailedWith("IMG3001");
    }

    [Fact]
    public void The_live_line_is_sent_where_the_terminal_logger_shows_it()
    {
        const string started = "Target \"_TestRunStart\" in file";
        Assert.DoesNotContain(started, folder.DotNet("build", "-tl:off", "-v:detailed").Output);
        Assert.Contains(started, folder.DotNet("build", "-tl:off", "-t:Rebuild", "-v:detailed", "-p:ImageLiveProgress=true").Output);

        // In a terminal, as far as MSBuild can tell.
        var run = folder.DotNet("build", "-t:Rebuild", "--tl:on", "-p:_MSBUILDTLENABLED=1");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("test", run.Lines.Single(line => line.Contains("hello.image", StringComparison.Ordinal)));
    }

    [Fact]
    public void Lines_of_stages_begin_with_the_project()
    {
        var lines = folder.Build("-t:Rebuild").Succeeded().Lines;
        Assert.Contains(lines, line => line.StartsWith("hello: RunScripts: ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("RunScripts: ", StringComparison.Ordinal));
    }
}
