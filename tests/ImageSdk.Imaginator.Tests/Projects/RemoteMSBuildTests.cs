using System.Diagnostics;
using ImageSdk.Imaginator.Tests.Engine;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Tests.Projects;

/// <summary>dotnet build with ImageBuilder, on a machine without a program of Linux.</summary>
public sealed class RemoteMSBuildTests
{
    static async Task<TestImaginator> StartAsync()
    {
        var imaginator = await TestImaginator.StartAsync(withEngine: true, configure: (_, folder) => folder.Write("conf.json", $"{{{SmallSystem.Configure(folder)}}}"));
        Assert.Equal("", (await imaginator.BuildAsync("boot/small")).Response.ErrorString);
        return imaginator;
    }

    static void WriteProjects(LaptopFolder laptop)
    {
        laptop.Project("base", """<PropertyGroup><SourceImage>boot/small</SourceImage></PropertyGroup>""");
        laptop.Write("base/files/etc/base.conf", "base\n");
        foreach (var name in (string[])["one", "two"])
        {
            laptop.Project(name, """
                <PropertyGroup><ImageFormats>tar</ImageFormats></PropertyGroup>
                <ItemGroup><ProjectReference Include="../base/base.imgproj" /></ItemGroup>
                <Target Name="BeforeCopyFiles"><WriteLinesToFile File="$(MSBuildProjectDirectory)/files/etc/generated" Lines="made before" Overwrite="true" WriteOnlyWhenDifferent="true" /></Target>
                """);
            laptop.Write($"{name}/files/etc/app.conf", name + "\n");
            laptop.Program($"{name}/scripts/10make", "#!/bin/sh\necho making\nls /etc/base.conf /etc/generated\n");
        }
        laptop.Write("all.proj", """
            <Project>
              <ItemGroup><Each Include="base/base.imgproj;one/one.imgproj;two/two.imgproj" /></ItemGroup>
              <Target Name="Build"><MSBuild Projects="@(Each)" Targets="Build" BuildInParallel="true" /></Target>
            </Project>
            """);
    }

    [EngineFact]
    public async Task A_solution_is_built_there_each_project_once()
    {
        await using var imaginator = await StartAsync();
        var laptop = new LaptopFolder(imaginator.Folder, $"127.0.0.1:{imaginator.Port}");
        WriteProjects(laptop);
        var (code, output) = laptop.Build("all.proj", "-m");
        Assert.True(code == 0, output);
        foreach (var file in (string[])["base/bin/Debug/base.image", "one/bin/Debug/one.image", "one/bin/Debug/one.tar", "two/bin/Debug/two.spdx.json"])
            Assert.True(File.Exists(laptop[file]), output);
        Assert.Contains("one: RunScripts: ", output, StringComparison.Ordinal);
        Assert.Contains("one -> " + laptop["one/bin/Debug/one.tar"], output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(laptop["cache"]), "something of an image was made here");
        Assert.Equal(3, await CountAsync(imaginator));
        // Without changes nobody is asked.
        (code, output) = laptop.Build("all.proj", "-m", "-question");
        Assert.True(code == 0, output);
        Assert.Equal(3, await CountAsync(imaginator));
        // What changed, and nothing else.
        laptop.Write("one/files/etc/app.conf", "changed\n");
        (code, output) = laptop.Build("all.proj", "-m");
        Assert.True(code == 0, output);
        Assert.Contains("one: Sending 2 of ", output, StringComparison.Ordinal);
        Assert.Equal(4, await CountAsync(imaginator));
        (code, output) = laptop.Build("all.proj", "-m", "-question");
        Assert.True(code == 0, output);
        // The image is there, and so is what publishing would take.
        (code, output) = laptop.Build("one/one.imgproj", "-t:Publish");
        Assert.True(code != 0 && output.Contains("error IMG7366: ", StringComparison.Ordinal), output);
    }

    static async Task<int> CountAsync(TestImaginator imaginator) => (await imaginator.Daemon.Parts.Queue.ListAsync(new() { Kind = "project" })).Count;

    [EngineFact]
    public async Task Errors_and_warnings_are_those_of_files_here()
    {
        await using var imaginator = await StartAsync();
        var laptop = new LaptopFolder(imaginator.Folder, $"127.0.0.1:{imaginator.Port}");
        WriteProjects(laptop);
        laptop.Program("base/scripts/20 fail", "#!/bin/sh\necho it broke >&2\nexit 3\n");
        var (code, output) = laptop.Build("base/base.imgproj");
        Assert.True(code != 0, output);
        Assert.Contains($"{laptop["base/scripts/20 fail"]} : error IMG3", output, StringComparison.Ordinal);
        Assert.Contains("it broke", output, StringComparison.Ordinal);
        // What is wrong with the project itself nobody has to be asked.
        laptop.Write("base/manifest", "{");
        (code, output) = laptop.Build("base/base.imgproj");
        Assert.True(code != 0 && output.Contains(laptop["base/manifest"], StringComparison.Ordinal), output);
    }

    [EngineFact]
    public async Task Ctrl_C_ends_the_build_there()
    {
        await using var imaginator = await StartAsync();
        var laptop = new LaptopFolder(imaginator.Folder, $"127.0.0.1:{imaginator.Port}");
        WriteProjects(laptop);
        laptop.Program("base/scripts/20wait", "#!/bin/sh\nwhile :; do :; done\n");
        using var build = laptop.Start("base/base.imgproj");
        var output = build.StandardOutput.ReadToEndAsync();
        for (var left = 1200; (await imaginator.Daemon.Parts.Queue.ListAsync(new() { Kind = "project", State = JobState.Running })).Count == 0; left--)
        {
            Assert.True(left > 0 && !build.HasExited, "it does not begin");
            await Task.Delay(50);
        }
        await Task.Delay(1000);
        using (var interrupt = Process.Start("kill", ["-INT", $"{build.Id}"]))
            await interrupt.WaitForExitAsync();
        await build.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("IMG3001", await output, StringComparison.Ordinal);
        for (var left = 600; (await imaginator.Daemon.Parts.Queue.ListAsync(new() { Kind = "project" }))[0].State != JobState.Cancelled; left--)
        {
            Assert.True(left > 0, "it goes on");
            await Task.Delay(50);
        }
    }

    [OrdinaryUserFact]
    public async Task An_ordinary_user_needs_nothing_either()
    {
        await using var imaginator = await StartAsync();
        File.SetUnixFileMode(imaginator.Folder.Path, (UnixFileMode)0b111_101_101);
        var laptop = new LaptopFolder(imaginator.Folder, $"127.0.0.1:{imaginator.Port}") { User = OrdinaryUserFactAttribute.Name };
        WriteProjects(laptop);
        var (code, output) = laptop.Build("one/one.imgproj");
        Assert.True(code == 0, output);
        Assert.True(File.Exists(laptop["one/bin/Debug/one.tar"]));
    }
}

/// <summary>A test as an ordinary user, whom root has to be able to become.</summary>
sealed class OrdinaryUserFactAttribute : FactAttribute
{
    public const string Name = "imagesdk-test";

    public OrdinaryUserFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess || !File.ReadLines("/etc/passwd").Any(line => line.StartsWith(Name + ":", StringComparison.Ordinal)))
            Skip = $"needs root and the user {Name}";
    }
}
