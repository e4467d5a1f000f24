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
        folder.DotNet("build", "-tl:off").Succeeded();
        Assert.True(File.Exists(folder["bin/Debug/tiny.image"]));
        folder.DotNet("build", "-tl:off", "-question").Succeeded();

        Assert.Contains("Passed:     1", folder.DotNet("test", "-tl:off").Succeeded().Output);
        folder.DotNet("build", "-tl:off", "-question").Succeeded();

        folder.DotNet("publish", "-tl:off").Succeeded();
        folder.DotNet("publish", "-tl:off").Succeeded();
        Assert.Single(Directory.GetFiles(folder["store/images/tiny"]));

        folder.DotNet("clean", "-tl:off").Succeeded();
        Assert.Empty(Directory.GetFiles(folder["bin"], "*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(folder.State("")));

        var again = folder.DotNet("build", "-tl:off").Succeeded();
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

    [SandboxFact]
    public void Folders_of_dropped_formats_are_removed_and_so_are_those_without_a_record()
    {
        folder.Build("-p:ImageFormats=directory%3Boci%3Btar").Succeeded();
        Assert.Equal(["tiny.directory", "tiny.oci"], Folders());

        folder.Build("-p:ImageFormats=oci").Succeeded();
        Assert.Equal(["tiny.oci"], Folders());
        Assert.False(File.Exists(folder["bin/Debug/tiny.directory.json"]));

        folder.Build().Succeeded();
        Assert.Empty(Folders());
        folder.Build("-question").Succeeded();

        folder.Build("-p:ImageFormats=directory").Succeeded();
        File.Delete(folder["bin/Debug/tiny.directory.json"]);
        Directory.CreateDirectory(folder["bin/Debug/.tiny.oci~/blobs"]);
        Directory.Delete(folder["obj"], recursive: true);
        folder.Run("clean", "-tl:off").Succeeded();
        Assert.Empty(Folders());

        IEnumerable<string?> Folders() => Directory.EnumerateDirectories(folder["bin/Debug"]).Select(Path.GetFileName).Order(StringComparer.Ordinal);
    }

    [SandboxFact]
    public void A_young_source_image_is_named_and_one_whose_project_changed_is_a_warning()
    {
        TinyImage.Write(folder, "base/base", "<ImageStream>test/base</ImageStream>");
        folder.Program("base/scripts/10-a", "#!/bin/sh\ntrue\n");
        folder.Project("app/app", """
            <PropertyGroup><SourceImage>test/base</SourceImage><PackagerType>none</PackagerType></PropertyGroup>
            <ItemGroup>
              <BuildableImageStream Include="test/base" Project="../base/base.imgproj" />
              <ImagePackagerType Include="none" CleanCommand="true" InstallCommand="true" ListCommand="true" RemoveCommand="true" UpdateCommand="true" UpgradeCommand="true" />
            </ItemGroup>
            """);
        folder.Build("app/app.imgproj").Succeeded();

        var line = folder.Build("app/app.imgproj").Succeeded().Lines.Single(line => line.Contains("is used as it is", StringComparison.Ordinal));
        Assert.Matches(@"^app: The source image test/base/\d{4}-\d\d-\d\d:[0-9:]+, made \d+ (seconds|minutes) ago, .* dotnet publish "".*/base/base.imgproj""", line);

        folder.Program("base/scripts/10-a", "#!/bin/sh\necho changed\n");
        var changed = folder.Build("app/app.imgproj");
        Assert.Equal(0, changed.ExitCode);
        Assert.Contains("warning IMG2140: ", Assert.Single(changed.Warnings));

        Assert.Contains("RunScripts", folder.Build("app/app.imgproj", "-p:SourceImageMaxAge=1s").Succeeded().Output);
    }

    /// <summary>Whoever opens a repository has not decided yet to run what it brings along.</summary>
    [SandboxFact]
    public void Evaluating_restoring_and_opening_a_project_run_no_code_of_it()
    {
        Directory.CreateDirectory(folder["sprung"]);
        folder.Program("make-root", $"#!/bin/sh\ntouch '{folder["sprung"]}/bootstrap'\n" + File.ReadAllText(folder["make-root"]));
        foreach (var place in new[] { "pre-install-scripts/1-trap", "scripts/1-trap", "post-cleanup-scripts/1-trap" })
            folder.Program(place, $"#!/bin/sh\necho > /traps/{place.Split('/')[0]}\n");
        folder.Program("tests-boot/1-trap", "#!/bin/sh\n");
        folder.Write("Directory.Build.targets", """
            <Project>
              <ItemGroup>
                <ImageBindMount Include="sprung" TargetPath="/traps" Writable="true" />
                <ImagePackage Include="package" />
              </ItemGroup>
            </Project>
            """);
        string[][] commands =
        [
            ["msbuild", "-getProperty:TargetPath"], ["msbuild", "-getItem:None", "-p:DesignTimeBuild=true"], ["restore"], ["restore", "--force-evaluate"], ["msbuild", "-t:CompileDesignTime", "-p:DesignTimeBuild=true"],
            ["msbuild", "-t:Build", "-p:DesignTimeBuild=true"], ["list", "package"], ["clean"],
        ];
        foreach (var command in commands)
        {
            var run = folder.DotNet(command);
            Assert.True(run.ExitCode == 0, $"{string.Join(' ', command)}: {run.Output}");
            Assert.True(Directory.GetFiles(folder["sprung"]) is [], $"{string.Join(' ', command)}: {string.Join(' ', Directory.GetFiles(folder["sprung"]))}");
        }

        folder.DotNet("build", "-tl:off");
        Assert.Equal(["bootstrap", "post-cleanup-scripts", "pre-install-scripts", "scripts"], Directory.GetFiles(folder["sprung"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
