using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>An image that comes to a project in a NuGet package.</summary>
[Trait("Category", "Image")]
public sealed class ImagePackageTests : IDisposable
{
    readonly TestFolder folder = new(fakeEngine: false);

    /// <summary>Of this test alone: NuGet unpacks a version once.</summary>
    readonly string id = $"Contoso.Tiny{Guid.NewGuid().ToString("N")[..8]}";

    public ImagePackageTests()
    {
        Directory.CreateDirectory(folder["fëed"]);
        folder.Write("nuget.config", $"""
            <configuration><packageSources><clear /><add key="feed" value="{PackedSdk.Feed}" /><add key="images" value="{folder["fëed"]}" /></packageSources></configuration>
            """);
        TinyImage.Write(folder, "base/tiny", $"<PackageId>{id}</PackageId><ImageStream>base/tiny</ImageStream>");
        folder.Write("base/files/etc/large", string.Concat(Enumerable.Range(0, 1_000_000).Select(number => $"{number}\n")));
        folder.Write("base/files/usr/share/ümlaut", "ü");
    }

    public void Dispose() => folder.Dispose();

    void Pack(string version) => folder.Run("pack", "base", "-tl:off", "-o", folder["fëed"], $"-p:Version={version}").Succeeded();

    void Application(string reference, string properties = "") => folder.Project("app/app", $"""
        <PropertyGroup>
          {properties}
        </PropertyGroup>
        <ItemGroup>
          {reference}
        </ItemGroup>
        """);

    string Unpacked(string version, string file) => Path.Combine(PackedSdk.Environment["NUGET_PACKAGES"], id.ToLowerInvariant(), version, file);

    [SandboxFact]
    public void An_image_is_built_on_one_in_a_package()
    {
        Pack("1.0.0");
        Pack("1.4.0");
        folder.Write("app/files/etc/app", "mine\n");
        TinyImage.Program(folder, "app/tests/has-both", "#!/bin/sh\nset -e\nread -r line < /usr/share/ümlaut || test \"$line\" = ü\nread -r first < /etc/large\ntest \"$first\" = 0\nread -r mine < /etc/app\ntest \"$mine\" = mine\n");
        Application($"<PackageReference Include=\"{id}\" Version=\"1.*\" />", "<RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>");

        var built = folder.Build("app").Succeeded();
        Assert.Contains("TestImage: 1 passed", built.Output);
        Assert.Contains("\"resolved\": \"1.4.0\"", File.ReadAllText(folder["app/packages.lock.json"]));
        folder.Build("app", "-question").Succeeded();

        // A version of it that came later is for who asks for it.
        Pack("1.9.0");
        Assert.DoesNotContain("UnpackSourceImage", folder.Build("app").Succeeded().Output);
        var newer = folder.Run("build", "app", "-tl:off", "-t:CheckSourceImageVersion");
        Assert.Contains($"warning IMG2023: The source image is package {id} 1.4.0, and images has 1.9.0.", newer.Output);

        // The image is the same, and so is its layer.
        folder.Run("restore", "app", "--force-evaluate").Succeeded();
        Assert.DoesNotContain("UnpackSourceImage:", folder.Build("app", "--no-restore").Succeeded().Output);
        Assert.Contains("\"resolved\": \"1.9.0\"", File.ReadAllText(folder["app/packages.lock.json"]));
    }

    [SandboxFact]
    public void An_image_that_is_built_once_more_elsewhere_makes_the_same_package()
    {
        var packages = new[] { "one", "another pläce" }.Select(place =>
        {
            TinyImage.Write(folder, $"{place}/base/tiny", $"<PackageId>{id}</PackageId><ImageStream>base/tiny</ImageStream><ImageCacheDirectory>{folder[$"{place}/cache"]}</ImageCacheDirectory>");
            // The provenance names the command, which is the project's own.
            var project = $"{place}/base/tiny.imgproj";
            folder.Write(project, File.ReadAllText(folder[project]).Replace("$(MSBuildProjectDirectory)", folder["base"]));
            folder.Write($"{place}/base/files/etc/motd", "same\n");
            TinyImage.Program(folder, $"{place}/base/scripts/when", "#!/bin/sh\nset -e\necho now > /etc/made\n");
            Harness.DotNet.Run(folder.Path, new Dictionary<string, string>(PackedSdk.Environment) { ["SOURCE_DATE_EPOCH"] = "1700000000" },
                "pack", $"{place}/base", "-tl:off", "-o", folder[$"{place}/out"], "-p:Version=1.0.0").Succeeded();
            return System.IO.Compression.ZipFile.OpenRead(folder[$"{place}/out/{id}.1.0.0.nupkg"]);
        }).ToList();
        using var one = packages[0];
        using var other = packages[1];
        // Which file it is, where they differ.
        Assert.Equal(Contents(one), Contents(other));
        Assert.Equal(File.ReadAllBytes(folder[$"one/out/{id}.1.0.0.nupkg"]), File.ReadAllBytes(folder[$"another pläce/out/{id}.1.0.0.nupkg"]));
    }

    static IEnumerable<string> Contents(System.IO.Compression.ZipArchive package) => package.Entries.Select(entry =>
    {
        using var stream = entry.Open();
        return $"{entry.FullName} {entry.LastWriteTime:O} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(stream))}";
    });

    [SandboxFact]
    public void Central_package_management_says_the_version_and_SourceImage_which_package()
    {
        Pack("1.0.0");
        folder.Write("Directory.Packages.props", $"""
            <Project>
              <PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup>
              <ItemGroup><PackageVersion Include="{id}" Version="1.0.0" /></ItemGroup>
            </Project>
            """);
        Application($"<PackageReference Include=\"{id}\" />", $"<SourceImage>{id.ToLowerInvariant()}</SourceImage>");
        folder.Build("app").Succeeded();
        Assert.Contains("\"Kind\": \"Package\"", File.ReadAllText(folder.State("ResolveSourceImage.stage", "app")));
    }

    [SandboxFact]
    public void A_damaged_package_is_one_error()
    {
        Pack("1.0.0");
        Application($"<PackageReference Include=\"{id}\" Version=\"1.0.0\" />");
        folder.Run("restore", "app").Succeeded();
        var objects = Unpacked("1.0.0", "image/root.objects.zst");
        var whole = File.ReadAllBytes(objects);

        File.WriteAllBytes(objects, whole[..(whole.Length / 2)]);
        Assert.Contains(id, folder.Build("app").FailedWith("IMG2021"));

        var changed = (byte[])whole.Clone();
        changed[whole.Length / 2] ^= 0x40;
        File.WriteAllBytes(objects, changed);
        folder.Build("app").FailedWith("IMG2021");

        File.Delete(objects);
        folder.Build("app").FailedWith("IMG2021");

        File.WriteAllBytes(objects, whole);
        var record = Unpacked("1.0.0", "image/root.image");
        File.WriteAllBytes(record, File.ReadAllBytes(record)[..1000]);
        folder.Build("app").FailedWith("IMG2021");
    }

    [SandboxFact]
    public void A_lock_names_the_package_and_its_tree()
    {
        Pack("1.0.0");
        Application($"<PackageReference Include=\"{id}\" Version=\"1.*\" />", "<RestoreImageWithLockFile>true</RestoreImageWithLockFile>");
        folder.DotNet("restore", "app").Succeeded();
        Assert.Contains($"\"source\": {{\"type\":\"Package\",\"name\":\"{id} 1.0.0\",\"treeHash\":\"", File.ReadAllText(folder["app/image.lock.json"]));
        folder.DotNet("build", "-tl:off", "app", "-p:RestoreLockedMode=true").Succeeded();

        Pack("1.1.0");
        var result = folder.DotNet("restore", "app", "--force-evaluate", "--locked-mode").FailedWith("IMG4020");
        Assert.Contains($"its source image is {id} 1.0.0 (Package), and the project's is {id} 1.1.0 (Package)", result);
        folder.DotNet("restore", "app", "--force-evaluate").Succeeded();
        Assert.Contains($"{id} 1.1.0", File.ReadAllText(folder["app/image.lock.json"]));
    }

    [SandboxFact]
    public void An_image_for_another_processor_is_an_error()
    {
        Pack("1.0.0");
        Application($"<PackageReference Include=\"{id}\" Version=\"1.0.0\" />", "<ImageArchitecture>arm64</ImageArchitecture>");
        folder.Build("app").FailedWith("IMG2022");
    }
}
