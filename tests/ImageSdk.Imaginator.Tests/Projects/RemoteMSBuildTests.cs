using System.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Imaginator.Tests.Engine;
using ImageSdk.Jobs;
using ImageSdk.Storage;

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
    }

    [EngineFact]
    public async Task What_was_built_there_is_published_and_packed_from_here()
    {
        await using var imaginator = await StartAsync();
        var laptop = new LaptopFolder(imaginator.Folder, $"127.0.0.1:{imaginator.Port}");
        WriteProjects(laptop);
        var (code, output) = laptop.Build("one/one.imgproj", "-t:Publish", "-p:GenerateSBOM=spdx");
        Assert.True(code == 0, output);
        Assert.Contains("Fetching ", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(laptop["cache"], "uid-0/layers")), "something of an image was made here");
        var store = new LocalStore(laptop["store"]);
        var name = Assert.Single(store.Images.List(), image => image.StartsWith("users/one/", StringComparison.Ordinal));
        var image = store.Images.Get(name)!;
        var contents = image.FileSystem!.Walk().Select(entry => entry.Inode).OfType<RegularInode>().Where(file => file.Size > 0).Select(file => file.Hash).Distinct().ToList();
        foreach (var hash in (ObjectHash[])[.. contents, image.BuildLog!.Object!.Value, .. image.Attestations!.Values.Select(document => document.Object!.Value)])
            Assert.Equal(ObjectCondition.Good, store.Objects.Verify(hash));
        Assert.Contains("making", File.ReadAllText(store.Objects.GetPath(image.BuildLog.Object.Value)), StringComparison.Ordinal);
        // Once more there is nothing to fetch, and it is the same image.
        (code, output) = laptop.Build("one/one.imgproj", "-t:Publish");
        Assert.True(code == 0 && !output.Contains("Fetching ", StringComparison.Ordinal) && output.Contains(name, StringComparison.Ordinal), output);

        (code, output) = laptop.Build("one/one.imgproj", "-t:AddImageToPackage", "-p:NoBuild=true", "-p:ImageBuilder=");
        Assert.True(code == 0, output);
        var packed = Assert.Single(Directory.GetFiles(laptop["one/obj"], "objects.zst", SearchOption.AllDirectories));
        Assert.StartsWith("Packages in this image", File.ReadAllText(Path.Combine(Path.GetDirectoryName(packed)!, "THIRD-PARTY-NOTICES.txt")), StringComparison.Ordinal);
        using (var zstd = Process.Start(new ProcessStartInfo("zstd", ["-dc", packed]) { RedirectStandardOutput = true })!)
        {
            // In the order in which a walk meets them.
            var sizes = image.FileSystem.Walk().Select(entry => entry.Inode).OfType<RegularInode>().DistinctBy(file => file.Hash).ToDictionary(file => file.Hash, file => file.Size);
            foreach (var hash in contents)
            {
                var bytes = new byte[sizes[hash]];
                await zstd.StandardOutput.BaseStream.ReadExactlyAsync(bytes);
                Assert.Equal(hash, ObjectHash.Of(bytes));
            }
            Assert.Equal(-1, zstd.StandardOutput.BaseStream.ReadByte());
        }
        var sending = Directory.GetDirectories(imaginator.Folder["state/projects/results"], "sending-*");
        Assert.Empty(sending);

        // The imaginator no longer has it, or nothing says which imaginator has.
        Directory.Delete(laptop["store"], recursive: true);
        foreach (var result in Directory.GetDirectories(imaginator.Folder["state/projects/results"]))
            Directory.Delete(result, recursive: true);
        (code, output) = laptop.Build("one/one.imgproj", "-t:Publish", "-p:NoBuild=true");
        Assert.True(code != 0 && output.Contains("error IMG7364: ", StringComparison.Ordinal) && output.Contains("build the project again", StringComparison.Ordinal), output);
        File.Delete(Assert.Single(Directory.GetFiles(laptop["one/obj"], "remote.stage", SearchOption.AllDirectories)));
        (code, output) = laptop.Build("one/one.imgproj", "-t:Publish", "-p:NoBuild=true");
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
