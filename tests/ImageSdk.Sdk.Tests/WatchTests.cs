using System.Text.Json;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>What dotnet watch and editors see of what an image is made of.</summary>
public sealed class WatchTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Files of all the kinds that an image is made of.</summary>
    void WriteInputs()
    {
        folder.Project("base/base", "");
        folder.Write("base/files/etc/base", "");
        folder.Write("file", "");
        folder.Write("files/etc/a; 100%41 'größe' @(x)", "");
        folder.Write("post-install-files/etc/b", "");
        folder.Write("elsewhere/deep/c", "");
        folder.Write("tests-boot/data/d", "");
        folder.Write("scripts/10-e", "");
        folder.Write("package-list", "");
        folder.Write("outside/secret", "");
        Directory.CreateSymbolicLink(folder["files/link"], folder["outside"]);
        Directory.CreateSymbolicLink(folder["files/loop"], folder["files"]);
        folder.Write("files/back\\slash", "");
        folder.Project("app", """
            <ItemGroup>
              <ProjectReference Include="base/base.imgproj" />
              <ImageTree Include="elsewhere" />
              <ImageFile Include="file" TargetPath="/etc/file" />
            </ItemGroup>
            """);
    }

    static readonly string[] inputs =
    [
        "elsewhere/deep/c", "file", "files/etc/a; 100%41 'größe' @(x)", "files/link", "files/loop", "package-list", "post-install-files/etc/b", "scripts/10-e", "tests-boot/data/d",
    ];

    [Fact]
    public void Dotnet_watch_gets_every_input_also_of_referenced_projects_and_follows_no_link()
    {
        WriteInputs();
        folder.DotNet("restore", "app.imgproj").Succeeded();
        // As the program itself does; -getTargetResult is its list as JSON.
        var sdk = folder.DotNet("msbuild", "app.imgproj", "-getProperty:MSBuildToolsPath").Succeeded().Output.Trim();
        var targets = Directory.GetFiles(Path.Combine(sdk, "DotnetTools"), "DotNetWatch.targets", SearchOption.AllDirectories).Single();

        var run = folder.DotNet("msbuild", "app.imgproj", "-p:DotNetWatchBuild=true", $"-p:CustomAfterMicrosoftCommonTargets={targets}", "-getTargetResult:_CollectWatchItems").Succeeded();

        var watched = JsonDocument.Parse(run.Output).RootElement.GetProperty("TargetResults").GetProperty("_CollectWatchItems").GetProperty("Items");
        Assert.Equal(
            inputs.Concat(["app.imgproj", "base/base.imgproj", "base/files/etc/base"]).Order(StringComparer.Ordinal),
            watched.EnumerateArray().Select(item => Path.GetRelativePath(folder.Path, item.GetProperty("FullPath").GetString()!)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_design_time_build_lists_them_and_a_build_does_not()
    {
        WriteInputs();
        folder.DotNet("restore", "app.imgproj").Succeeded();

        Assert.Equal(inputs, None("-p:DesignTimeBuild=true", "-t:CompileDesignTime"));
        Assert.Empty(None("-t:PrepareImage"));

        IEnumerable<string> None(params string[] arguments) =>
            JsonDocument.Parse(folder.DotNet(["msbuild", "app.imgproj", "-getItem:None", .. arguments]).Succeeded().Output).RootElement.GetProperty("Items").GetProperty("None")
                .EnumerateArray().Select(item => Path.GetRelativePath(folder.Path, item.GetProperty("FullPath").GetString()!)).Order(StringComparer.Ordinal).ToList();
    }
}
