using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Engine;

/// <summary>Streams whose manifest directory holds an .imgproj.</summary>
public sealed class StreamProjectTests
{
    const string Secret = "geheimnis-der-maschine";

    static async Task<TestImaginator> StartAsync(bool withSdk, params (string Name, string Text)[] files)
    {
        var imaginator = await TestImaginator.StartAsync(withEngine: true, configure: (options, folder) =>
        {
            var repository = Repository.Create(folder["repository"]);
            repository.Commit([.. files, ("app/files/etc/app.conf", "app\n")]);
            folder.Write("streams.json", $$"""{"Streams": {"app/small": {"ManifestUrl": "{{repository.Url}}", "ManifestDirectory": "app", "Variables": {"GREETING": "of the stream"} } } }""");
            folder.Write("conf.json", $"{{{SmallSystem.Configure(folder)}, \"ImageStreamsUrl\": \"{folder["streams.json"]}\"}}");
            // What others of the machine may read, an evaluation may not.
            File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
            folder.Write("machine/secret", Secret);
            if (withSdk)
                options.ImageSdkDirectory = UnpackedSdk.Write(folder["sdk"]);
        });
        return imaginator;
    }

    static string Project(string body) => $"<Project Sdk=\"ImageSdk\">\n{body}\n</Project>\n";

    static string Read(TestImaginator imaginator, Image image, string path)
    {
        using var reader = new StreamReader(new Storage.ObjectStore(imaginator.Server.ObjectDirectory).OpenRead(Assert.IsType<RegularInode>(image.FileSystem!.Index.Find(path)).Hash));
        return reader.ReadToEnd();
    }

    [EngineFact]
    public async Task A_stream_is_built_through_its_project()
    {
        await using var imaginator = await StartAsync(withSdk: true,
            ("app/app.imgproj", Project("""
                <PropertyGroup><SourceImage>boot/small</SourceImage><Made>$([System.String]::Copy('by a property'))</Made></PropertyGroup>
                <ItemGroup>
                  <ImageVariable Include="COLOUR" Value="$(Made)" />
                  <ImageTag Include="Name" Value="$(ImageStream)" />
                  <ImageFile Include="extra.txt" TargetPath="/etc/extra" />
                </ItemGroup>
                <Target Name="BeforeCopyFiles"><WriteLinesToFile File="files/etc/generated" Lines="before" Overwrite="true" /></Target>
                """)),
            ("app/extra.txt", "extra\n"), ("app/scripts/10env", "#!/bin/sh\nenv > /etc/env\n"));
        var (response, log) = await imaginator.BuildAsync("app/small", request => request with { Variables = new Dictionary<string, string> { ["ASKED"] = "42" } });
        Assert.True(response.ErrorString.Length == 0, response.ErrorString + "\n" + log);
        var image = (await (await imaginator.Server.ConnectImagesAsync()).GetImageAsync(response.ImageName))!;
        Assert.StartsWith("boot/small/", image.SourceImage, StringComparison.Ordinal);
        Assert.Equal("app/small", image.Tags!["Name"]);
        Assert.Equal(("extra\n", "before\n", "app\n"), (Read(imaginator, image, "/etc/extra"), Read(imaginator, image, "/etc/generated"), Read(imaginator, image, "/etc/app.conf")));
        Assert.Superset(new HashSet<string> { "COLOUR=by a property", "GREETING=of the stream", "ASKED=42", $"MANIFEST_GIT_COMMIT_ID={image.BuildCommitId}", "IMAGE_STREAM=app/small" }, Read(imaginator, image, "/etc/env").Split('\n').ToHashSet());
        Assert.NotEqual("", image.BuildCommitId);
        // Again: nothing is built twice.
        var (again, secondLog) = await imaginator.BuildAsync("app/small", request => request with { Variables = new Dictionary<string, string> { ["ASKED"] = "42" } });
        Assert.True(again.ErrorString.Length == 0, again.ErrorString + secondLog);
        Assert.Equal(TreeHash.Compute(image.FileSystem!), TreeHash.Compute((await (await imaginator.Server.ConnectImagesAsync()).GetImageAsync(again.ImageName))!.FileSystem!));
    }

    [EngineFact]
    public async Task What_a_project_runs_reaches_nothing_of_the_machine()
    {
        await using var imaginator = await StartAsync(withSdk: true, ("app/app.imgproj", Project("""
            <PropertyGroup><SourceImage>boot/small</SourceImage></PropertyGroup>
            <Target Name="BeforePrepareImage">
              <Exec Command="id -u; ls /; cat /etc/shadow /etc/passwd SECRET; touch /usr/written /manifest/written; ls /sys/class/net /proc/1/cmdline; cat /proc/net/dev; env; exit 0" IgnoreExitCode="true" StandardOutputImportance="high" StandardErrorImportance="high" />
              <WriteLinesToFile File="files/etc/evidence" Lines="$([System.IO.Directory]::GetFiles('/etc'));uid $([System.Environment]::UserName)" Overwrite="true" />
            </Target>
            """)));
        var file = imaginator.Folder["repository/app/app.imgproj"];
        File.WriteAllText(file, File.ReadAllText(file).Replace("SECRET", imaginator.Folder["machine/secret"].Replace(" ", "\\ ", StringComparison.Ordinal), StringComparison.Ordinal));
        new Repository(imaginator.Folder["repository"]).Commit();
        Assert.Equal("", (await imaginator.BuildAsync("boot/small")).Response.ErrorString);
        var (response, log) = await imaginator.BuildAsync("app/small");
        Assert.True(response.ErrorString.Length == 0, response.ErrorString + "\n" + log);
        Assert.DoesNotContain(Secret, log, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", log, StringComparison.Ordinal);
        Assert.DoesNotContain("eth0", log, StringComparison.Ordinal);
        Assert.DoesNotContain(imaginator.Folder["state"], log.Replace(imaginator.Folder["machine"], "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.False(File.Exists("/usr/written"));
        if (Environment.IsPrivilegedProcess)
            Assert.Contains("\n  65534\n", log, StringComparison.Ordinal);
        var image = (await (await imaginator.Server.ConnectImagesAsync()).GetImageAsync(response.ImageName))!;
        Assert.DoesNotContain("shadow", Read(imaginator, image, "/etc/evidence"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task What_is_wrong_with_a_project_is_told()
    {
        await using var imaginator = await StartAsync(withSdk: true, ("app/app.imgproj", Project("<PropertyGroup><SourceImage>boot/small</SourceImage><ImageTestTimeout>never</ImageTestTimeout></PropertyGroup>")));
        var repository = new Repository(imaginator.Folder["repository"]);
        var (wrong, _) = await imaginator.BuildAsync("app/small");
        Assert.Matches("^error IMG1361: app.imgproj cannot be evaluated: .*app.imgproj.* error IMG1[0-9]{3}: ", wrong.ErrorString);
        repository.Commit(("app/app.imgproj", Project("<PropertyGroup><BootstrapCommand>sh -c id $dir</BootstrapCommand></PropertyGroup>")));
        Assert.Contains("IMG7368", (await imaginator.BuildAsync("app/small")).Response.ErrorString, StringComparison.Ordinal);
        repository.Commit(("app/app.imgproj", Project("""<PropertyGroup><SourceImage>boot/small</SourceImage></PropertyGroup><ItemGroup><ImageBindMount Include="/etc" TargetPath="/mnt" /></ItemGroup>""")));
        Assert.Contains("IMG7368", (await imaginator.BuildAsync("app/small")).Response.ErrorString, StringComparison.Ordinal);
        repository.Commit(("app/other.imgproj", Project("")));
        Assert.Contains("IMG1362", (await imaginator.BuildAsync("app/small")).Response.ErrorString, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Without_an_SDK_the_manifest_alone_counts_and_a_warning_says_so()
    {
        await using var imaginator = await StartAsync(withSdk: false, ("app/app.imgproj", Project("<Nonsense")), ("app/manifest", """{"SourceImage": "boot/small"}"""));
        var (response, log) = await imaginator.BuildAsync("app/small");
        Assert.True(response.ErrorString.Length == 0, response.ErrorString + "\n" + log);
        Assert.Contains("warning IMG1363: app.imgproj is not looked at", log, StringComparison.Ordinal);
    }
}
