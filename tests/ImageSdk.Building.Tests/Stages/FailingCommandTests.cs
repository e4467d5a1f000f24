using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Sandbox.Logging;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>What is said of a script or a test that fails, however much it prints.</summary>
public class FailingCommandTests(BaseImage @base) : IClassFixture<BaseImage>
{
    async Task<BuildException> FailAsync(string name, string text)
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, name, text);
        return await @base.Workspace.FailAsync(project);
    }

    [ImageFact]
    public async Task A_signal_is_named()
    {
        Assert.StartsWith("Script scripts/a failed with exit code 137, killed by SIGKILL.", (await FailAsync("scripts/a", "#!/bin/sh\nkill -9 $$\n")).Message);
        Assert.Contains("killed by SIGSEGV", (await FailAsync("tests/a", "#!/bin/sh\nkill -SEGV $$\n")).Message);
    }

    [ImageFact]
    public async Task A_line_without_end_and_bytes_that_are_no_text_are_bounded_and_safe()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/a", "#!/bin/sh\nprintf '\\377\\376begin\\033[2J\\n'\nhead -c 50000000 /dev/zero | tr '\\0' x\necho\necho last\n");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Contains("\\xFF\\xFEbegin", result.Listener.OutputLines);
        Assert.Contains("last", result.Listener.OutputLines);
        Assert.True(result.Listener.OutputLines.Max(line => line.Length) < 5000);
        Assert.Contains(result.Listener.OutputLines, line => line.EndsWith("bytes left out)", StringComparison.Ordinal));
    }

    [ImageFact]
    public async Task A_long_log_is_bounded_in_the_middle()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/a", "#!/bin/sh\nseq -f 'line %.0f of a script that says much about what it does' 1 800000\nexit 5\n");
        var failure = await @base.Workspace.FailAsync(project);
        Assert.EndsWith("line 800000 of a script that says much about what it does", failure.Message);
        Assert.True(failure.Message.Length < 3000);
    }

    [ImageFact]
    public async Task Progress_of_dpkg_is_no_part_of_an_error()
    {
        var failure = await FailAsync("scripts/a",
            "#!/bin/sh\necho the reason\nfor n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21; do printf '(Reading database ... \\r(Reading database ... %s%%\\n' $n; done\nexit 1\n");
        Assert.EndsWith("Last output:\nthe reason", failure.Message);
    }

    [ImageTheory]
    [InlineData("#!/bin/sh\nset -e\nx=1\ntest \"$x\" = 1\ngrep -q nobody-of-this-name /etc/passwd\necho never\n", "exit code 1, at line 5: grep -q nobody-of-this-name /etc/passwd")]
    [InlineData("#!/bin/bash -e\nif true; then\n  false\nfi\n", "exit code 1, at line 3: false")]
    [InlineData("#!/usr/bin/env bash\nif test a = b; then\n  true\nelse\n  exit 4\nfi\n", "exit code 4, at line 5: exit 4 (after line 2: test a = b)")]
    [InlineData("#!/bin/sh\nls / > /dev/null\nls /etc > /dev/null\n[ a = b ]\n", "exit code 1, at line 4: [ a = b ] (after line 3: ls /etc)")]
    [InlineData("#!/bin/sh\nsleep 60\n", "timed out after 2 s, at line 2: sleep 60")]
    public async Task The_command_at_which_a_test_failed_is_named(string text, string expected)
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "tests/of it", text);
        var failure = await @base.Workspace.FailAsync(project with { Sandbox = project.Sandbox with { TestTimeout = TimeSpan.FromSeconds(2) } });
        Assert.Contains(expected, failure.Message);
    }

    [ImageFact]
    public async Task A_test_that_is_no_script_or_passes_the_second_time_is_told_of_as_it_was()
    {
        var failure = await FailAsync("tests/perl", "#!/usr/bin/perl\nprint \"some output\\n\"; exit 7;\n");
        Assert.Contains("exit code 7\n    some output", failure.Message);
    }

    [ImageFact]
    public async Task Output_of_a_test_is_told_beside_its_command()
    {
        var failure = await FailAsync("tests/a", "#!/bin/sh\nset -e\necho before >&2\nls /not-there\n");
        Assert.Contains("at line 4: ls /not-there", failure.Message);
        Assert.Contains("    before\n", failure.Message);
        Assert.DoesNotContain("imagesdk-trace", failure.Message);
    }
}
