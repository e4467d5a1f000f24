using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>
/// The packed SDK with the real engine: an image made of a shell and a few programs of this machine, so that it takes no
/// package tools, no network and two seconds.
/// </summary>
[Trait("Category", "Image")]
public sealed class RealImageTests : IDisposable
{
    readonly TestFolder folder = new(fakeEngine: false);

    public RealImageTests()
    {
        TinyImage.Write(folder);
        folder.Program("scripts/10-make", """
            #!/bin/sh
            set -e
            read -r greeting < /etc/greeting
            echo "$greeting, script" > /etc/made
            """);
        folder.Program("tests/made", """
            #!/bin/sh
            read -r made < /etc/made
            echo "made: $made"
            test "$made" = "hello, script"
            """);
        folder.Write("files/etc/greeting", "hello\n");
    }

    public void Dispose() => folder.Dispose();

    [SandboxFact]
    public void An_image_is_built_tested_published_and_cleaned_away()
    {
        folder.Build().Succeeded();
        Assert.True(File.Exists(folder["bin/Debug/tiny.image"]));
        folder.Build("-question").Succeeded();

        Assert.Contains("Passed:     1", folder.DotNet("test", "-tl:off").Succeeded().Output);
        folder.Build("-question").Succeeded();

        folder.DotNet("publish", "-tl:off").Succeeded();
        folder.DotNet("publish", "-tl:off").Succeeded();
        Assert.Single(Directory.GetFiles(folder["store/images/tiny"]));

        folder.DotNet("clean", "-tl:off").Succeeded();
        Assert.Empty(Directory.GetFiles(folder["bin"], "*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(folder.State("")));

        var again = folder.Build().Succeeded();
        Assert.DoesNotContain("Bootstrapping", again.Output);
    }

    [SandboxFact]
    public void A_changed_script_runs_the_stages_from_there_on()
    {
        folder.Build().Succeeded();
        folder.Program("scripts/10-make", "#!/bin/sh\necho 'hello, script' > /etc/made\n");

        var second = folder.Build().Succeeded();

        Assert.DoesNotContain("CopyFiles:", second.Output);
        Assert.Contains("RunScripts:", second.Output);
        Assert.Contains("TestImage: 1 passed", second.Output);
    }

    [SandboxFact]
    public void A_failing_test_is_a_coded_error_and_leaves_no_image()
    {
        folder.Program("tests/made", "#!/bin/sh\necho what went wrong\nfalse\n");
        var result = folder.Build();

        Assert.NotEqual(0, result.ExitCode);
        Assert.Matches(@"error IMG\d{4}: ", result.Output);
        Assert.Contains("what went wrong", result.Output);
        Assert.False(File.Exists(folder["bin/Debug/tiny.image"]));
    }
}
