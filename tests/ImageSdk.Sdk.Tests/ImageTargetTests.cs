using System.Text.Json;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>One project that makes several images.</summary>
public sealed class ImageTargetTests : IDisposable
{
    const string Heads = "<PropertyGroup><ImageTargets>bookworm-amd64;trixie-amd64-minimal; noble-arm64 </ImageTargets></PropertyGroup>";

    static readonly string[] targets = ["bookworm-amd64", "trixie-amd64-minimal", "noble-arm64"];

    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void One_build_makes_all_images_and_the_next_has_nothing_to_do()
    {
        folder.Project("web", Heads);

        var result = folder.Build().Succeeded();

        Assert.Contains("web -> 3 images: bookworm-amd64, trixie-amd64-minimal, noble-arm64", result.Output);
        foreach (var target in targets)
        {
            Assert.Equal(Stages.Run, StagesRun(target));
            Assert.True(File.Exists(folder[$"bin/Debug/{target}/web.image"]));
            Assert.Equal($"web/{target}", Plan(target).GetProperty("Stream").GetString());
        }
        Assert.False(Directory.Exists(folder["obj/Debug/image"]));
        folder.Build("-question").Succeeded();
    }

    [Theory]
    [InlineData("bookworm-amd64", "debian", "bookworm", "amd64")]
    [InlineData("noble-arm64", "ubuntu", "noble", "arm64")]
    [InlineData("debian-duke-amd64-web", "debian", "duke", "amd64")]
    public void A_target_says_distribution_release_and_architecture(string target, string distribution, string release, string architecture)
    {
        folder.Project("web", $"<PropertyGroup><ImageTargets>{target}</ImageTargets></PropertyGroup>");

        folder.Build().Succeeded();

        Assert.Equal(architecture, Plan(target).GetProperty("Architecture").GetString());
        var command = Plan(target).GetProperty("Bootstrap").GetProperty("Command").EnumerateArray().Select(word => word.GetString()).ToList();
        Assert.Contains($"--distribution={distribution}", command);
        Assert.Contains(release, command);
    }

    [Fact]
    public void The_project_can_ask_for_the_target_and_its_parts()
    {
        folder.Project("web", Heads.Replace("</PropertyGroup>", "<Kind Condition=\"'$(ImageTargetRelease)' == 'trixie'\">new</Kind></PropertyGroup>") + """
            <ItemGroup>
              <ImageTag Include="target" Value="$(ImageTarget)" />
              <ImageTag Include="kind" Value="$(Kind)" Condition="'$(Kind)' != ''" />
              <ImageTag Include="parts" Value="$(ImageTargetDistribution) $(ImageTargetArchitecture) $(ImageTargetProfile)" />
            </ItemGroup>
            <Import Project="more.props" Condition="'$(ImageTargetProfile)' == 'minimal'" />
            """);
        folder.Write("more.props", "<Project><ItemGroup><ImageTag Include=\"more\" Value=\"yes\" /></ItemGroup></Project>");

        folder.Build().Succeeded();

        Assert.Equal("parts=debian amd64 ; target=bookworm-amd64", Tags("bookworm-amd64"));
        Assert.Equal("kind=new; more=yes; parts=debian amd64 minimal; target=trixie-amd64-minimal", Tags("trixie-amd64-minimal"));
    }

    [Theory]
    [InlineData("-p:ImageTarget=noble-arm64")]
    [InlineData("-p:TargetFramework=noble-arm64")]
    public void One_of_them_can_be_built(string argument)
    {
        folder.Project("web", Heads);

        folder.Build(argument).Succeeded();

        Assert.Equal(Stages.Run, StagesRun("noble-arm64"));
        Assert.Empty(StagesRun("bookworm-amd64"));
        // It is the image that the build of all makes.
        ForgetLogs();
        folder.Build().Succeeded();
        Assert.Empty(StagesRun("noble-arm64"));
    }

    [Fact]
    public void One_that_fails_leaves_the_others_built()
    {
        folder.Project("web", Heads + "<ItemGroup><ImageVariable Include=\"FAKE_FAIL\" Value=\"RunScripts\" Condition=\"'$(ImageTarget)' == 'bookworm-amd64'\" /></ItemGroup>");

        var result = folder.DotNet("build", "-tl:off");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Collection(result.Errors,
            error => Assert.EndsWith("::ImageTarget=bookworm-amd64]", error),
            error => Assert.Contains("error IMG1563: 1 of 3 images of the project failed; errors above end with the target that they are about. Failed: bookworm-amd64. Built: trixie-amd64-minimal, noble-arm64.", error));
        Assert.False(File.Exists(folder["bin/Debug/bookworm-amd64/web.image"]));
        Assert.True(File.Exists(folder["bin/Debug/noble-arm64/web.image"]));
    }

    [Fact]
    public void Publish_pack_and_clean_are_of_all()
    {
        folder.Project("web", Heads);

        folder.Run("publish").Succeeded();
        folder.Run("pack", "-o", folder["packages"]).Succeeded();

        foreach (var target in targets)
        {
            Assert.True(File.Exists(folder[$"store/images/web/{target}"]));
            Assert.True(File.Exists(folder[$"packages/web.{target}.1.0.0.nupkg"]));
        }
        ForgetLogs();
        folder.Build("-t:Rebuild").Succeeded();
        Assert.All(targets, target => Assert.Equal(Stages.Run, StagesRun(target)));
        folder.Run("clean").Succeeded();
        Assert.All(targets, target => Assert.False(File.Exists(folder[$"bin/Debug/{target}/web.image"])));
        Assert.All(targets, target => Assert.False(Directory.Exists(folder[$"obj/Debug/{target}/image"])));
    }

    [Fact]
    public void Names_that_the_project_or_the_command_gives_stay_apart()
    {
        folder.Project("web", Heads.Replace("</PropertyGroup>", "<ImageStream>fleet/web</ImageStream><PackageId>Fleet.$(ImageTarget).Web</PackageId><ImageFormats>squashfs</ImageFormats></PropertyGroup>"));

        folder.Run("publish", "-o", folder["out"]).Succeeded();
        folder.Run("pack", "-o", folder["packages"]).Succeeded();
        folder.Build("-p:ImageTarget=noble-arm64", "-p:ImageStream=mine").Succeeded();

        Assert.True(File.Exists(folder["out/bookworm-amd64/image.squashfs"]));
        Assert.True(File.Exists(folder["packages/Fleet.noble-arm64.Web.1.0.0.nupkg"]));
        Assert.Equal("fleet/web/bookworm-amd64", Plan("bookworm-amd64").GetProperty("Stream").GetString());
        Assert.Equal("mine/noble-arm64", Plan("noble-arm64").GetProperty("Stream").GetString());
    }

    [Fact]
    public void Each_has_a_lock_of_its_own()
    {
        folder.Project("web", Heads);

        folder.Run("restore", "-p:RestoreImageWithLockFile=true").Succeeded();

        Assert.All(targets, target => Assert.Contains(Log(target), line => line.Contains($"image.{target}.lock.json")));
    }

    [Fact]
    public void A_lock_for_all_is_an_error()
    {
        folder.Project("web", Heads.Replace("</PropertyGroup>", "<ImageLockFile>my.lock.json</ImageLockFile></PropertyGroup>"));
        folder.Build().FailedWith("IMG1565");
    }

    [Theory]
    [InlineData("bookworm", "IMG1560")]
    [InlineData("Bookworm-amd64", "IMG1560")]
    [InlineData("bookworm-x64", "IMG1560")]
    [InlineData("bookworm-amd64;bookworm-amd64", "IMG1560")]
    [InlineData("warty-amd64", "IMG1560")]
    public void A_target_that_is_none_is_an_error(string list, string code)
    {
        folder.Project("web", $"<PropertyGroup><ImageTargets>{list}</ImageTargets></PropertyGroup>");
        folder.Build().FailedWith(code);
    }

    [Fact]
    public void A_target_of_no_list_is_an_error_that_says_what_there_is()
    {
        folder.Project("web", Heads);
        Assert.Contains("bookworm-amd64;trixie-amd64-minimal;noble-arm64", folder.Build("-p:ImageTarget=sid-amd64").FailedWith("IMG1561"));
    }

    [Theory]
    [InlineData("RunScripts")]
    [InlineData("ComputeRunArguments")]
    public void What_is_for_one_image_asks_which(string target)
    {
        folder.Project("web", Heads);
        Assert.Contains("-p:ImageTarget=bookworm-amd64 or -p:ImageTarget=trixie-amd64-minimal", folder.Build($"-t:{target}").FailedWith("IMG1562"));
        folder.Build($"-t:{target}", "-p:ImageTarget=bookworm-amd64", "-p:RunCommand=true").Succeeded();
    }

    [Theory]
    [InlineData]
    [InlineData("-p:ImageTarget=bookworm-amd64")]
    [InlineData("-graph")]
    public void A_reference_takes_the_nearest_image(params string[] arguments)
    {
        folder.Project("base/base", "<PropertyGroup><ImageTargets>bookworm-amd64;trixie-amd64;trixie-amd64-debug</ImageTargets></PropertyGroup>");
        folder.Project("web/web", """
            <PropertyGroup><ImageTargets>bookworm-amd64;trixie-amd64-web</ImageTargets></PropertyGroup>
            <ItemGroup><ProjectReference Include="../base/base.imgproj" /></ItemGroup>
            """);
        folder.Write("all.slnx", """<Solution><Project Path="web/web.imgproj" Type="Common C#" /><Project Path="base/base.imgproj" Type="Common C#" /></Solution>""");

        folder.Build(["web/web.imgproj", .. arguments]).Succeeded();

        Assert.Contains("ResolveSource mayBuild=True base.image", Log("bookworm-amd64", "web"));
        Assert.Equal(Stages.Run, StagesRun("bookworm-amd64", "base"));
        Assert.Equal(JsonValueKind.Null, Plan("bookworm-amd64", "web").GetProperty("Bootstrap").ValueKind);
        if (arguments is not ["-p:ImageTarget=bookworm-amd64"])
            Assert.Equal(Stages.Run, StagesRun("trixie-amd64", "base"));
        // A graph has edges between projects, and builds all that a referenced project makes.
        if (arguments is not ["-graph"])
            Assert.Empty(StagesRun("trixie-amd64-debug", "base"));

        // In a solution each is built once, whoever asks first.
        folder.Run("clean", "web/web.imgproj").Succeeded();
        folder.Run("clean", "base/base.imgproj").Succeeded();
        ForgetLogs();
        folder.DotNet(["build", "all.slnx", "-m", "-tl:off", .. arguments]).Succeeded();
        Assert.Equal(Stages.Run, StagesRun("bookworm-amd64", "base"));
        Assert.Equal(Stages.Run, StagesRun("bookworm-amd64", "web"));
    }

    [Theory]
    [InlineData("", "<BootstrapRelease>trixie</BootstrapRelease>", "trixie-amd64")]
    [InlineData("ImageTarget=\"trixie-amd64-debug\"", "", "trixie-amd64-debug")]
    [InlineData("SetTargetFramework=\"ImageTarget=noble-arm64;_ImageTargetIsDispatched=true\"", "", "noble-arm64")]
    public void A_project_with_one_image_refers_to_one_of_several(string metadata, string property, string expected)
    {
        folder.Project("base/base", "<PropertyGroup><ImageTargets>bookworm-amd64;trixie-amd64;trixie-amd64-debug;noble-arm64</ImageTargets></PropertyGroup>");
        folder.Project("web/web", $"""
            <PropertyGroup><ImageArchitecture>amd64</ImageArchitecture>{property}</PropertyGroup>
            <ItemGroup><ProjectReference Include="../base/base.imgproj" {metadata} /></ItemGroup>
            """);

        folder.Build("web/web.imgproj").Succeeded();

        Assert.Equal([expected], Directory.GetDirectories(folder["base/obj/Debug"]).Select(Path.GetFileName));
        Assert.Contains("ResolveSource mayBuild=True base.image", folder.Log("web"));
        folder.Build("web/web.imgproj", "-question").Succeeded();
    }

    [Fact]
    public void Several_images_stand_on_one()
    {
        folder.Project("base/base");
        folder.Project("web/web", Heads + """<ItemGroup><ProjectReference Include="../base/base.imgproj" /></ItemGroup>""");
        folder.Write("all.slnx", """<Solution><Project Path="web/web.imgproj" Type="Common C#" /><Project Path="base/base.imgproj" Type="Common C#" /></Solution>""");

        folder.DotNet("build", "all.slnx", "-m", "-tl:off").Succeeded();

        Assert.Equal(Stages.Run, folder.StagesRun("base"));
        Assert.All(targets, target => Assert.Contains("ResolveSource mayBuild=True base.image", Log(target, "web")));
        // A target for the whole solution is no matter to the project that has none.
        folder.ForgetLog("base");
        folder.DotNet("build", "all.slnx", "-m", "-tl:off", "-p:ImageTarget=noble-arm64").Succeeded();
        Assert.Empty(folder.StagesRun("base"));
    }

    [Theory]
    [InlineData("", "makes no image that fits sid-amd64: it makes bookworm-amd64, trixie-amd64-a, trixie-amd64-b")]
    [InlineData("ImageTarget=\"sid-arm64\"", "asks for ImageTarget 'sid-arm64'")]
    public void A_reference_that_fits_nothing_is_an_error_that_says_what_there_is(string metadata, string message)
    {
        folder.Project("base/base", "<PropertyGroup><ImageTargets>bookworm-amd64;trixie-amd64-a;trixie-amd64-b</ImageTargets></PropertyGroup>");
        folder.Project("web/web", $"""
            <PropertyGroup><ImageTargets>sid-amd64</ImageTargets></PropertyGroup>
            <ItemGroup><ProjectReference Include="../base/base.imgproj" {metadata} /></ItemGroup>
            """);
        Assert.Contains(message, folder.Build("web/web.imgproj", "-p:ImageTarget=sid-amd64").FailedWith("IMG1564"));
    }

    [Fact]
    public void Each_has_packages_of_its_own()
    {
        folder.Project("below/below", Heads);
        folder.Run("pack", "below/below.imgproj", "-o", folder["packages"]).Succeeded();
        folder.Write("nuget.config", $"""
            <configuration><packageSources><clear /><add key="feed" value="{PackedSdk.Feed}" /><add key="own" value="{folder["packages"]}" /></packageSources></configuration>
            """);
        folder.Project("web/web", Heads + """<ItemGroup><PackageReference Include="below.$(ImageTarget)" Version="1.0.0" Condition="'$(ImageTarget)' != ''" /></ItemGroup>""");

        folder.Run("restore", "web/web.imgproj", "-p:RestorePackagesWithLockFile=true").Succeeded();

        using var lockFile = JsonDocument.Parse(File.ReadAllText(folder["web/packages.lock.json"]));
        Assert.Equal(
            targets.Select(target => $"below.{target}").Order(StringComparer.Ordinal),
            lockFile.RootElement.GetProperty("dependencies").EnumerateObject().Select(framework => framework.Value.EnumerateObject().Single().Name).Order(StringComparer.Ordinal));
        // The image below is the source: no root is made.
        folder.Build("web/web.imgproj", "--no-restore", "-t:PrepareImage", "-p:ImageTarget=noble-arm64").Succeeded();
        Assert.Equal(JsonValueKind.Null, Plan("noble-arm64", "web").GetProperty("Bootstrap").ValueKind);
    }

    [Fact]
    public void Packages_of_one_that_were_added_since_are_restored()
    {
        folder.Project("web", Heads);
        folder.Build().Succeeded();
        folder.Project("web", Heads + """<ItemGroup><PackageReference Include="No.Such.Package" Version="1.0.0" Condition="'$(ImageTarget)' == 'noble-arm64'" /></ItemGroup>""");

        Assert.Contains("No.Such.Package", folder.Build().FailedWith("NU1101"));
    }

    [Fact]
    public void Editors_can_load_it()
    {
        folder.Project("web", Heads);
        folder.Write("files/etc/motd", "hello");

        var result = folder.Run("msbuild", "-t:CompileDesignTime", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:BuildingInsideVisualStudio=true").Succeeded();
        folder.Run("msbuild", "-t:Build", "-p:DesignTimeBuild=true").Succeeded();

        Assert.DoesNotContain("warning", result.Output);
        Assert.False(Directory.Exists(folder["bin"]));
    }

    IReadOnlyList<string> Log(string target, string project = "") =>
        File.Exists(State(target, project, "fake.log")) ? File.ReadAllLines(State(target, project, "fake.log")) : [];

    IReadOnlyList<string> StagesRun(string target, string project = "") =>
        [.. Log(target, project).Where(line => line.StartsWith("Run ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1])];

    void ForgetLogs()
    {
        foreach (var log in Directory.GetFiles(folder.Path, "fake.log", SearchOption.AllDirectories))
            File.Delete(log);
    }

    JsonElement Plan(string target, string project = "") => JsonDocument.Parse(File.ReadAllText(State(target, project, "plan.json"))).RootElement;

    string Tags(string target) => string.Join("; ", Plan(target).GetProperty("Tags").EnumerateArray().Select(tag => $"{tag.GetProperty("Name").GetString()}={tag.GetProperty("Value").GetString()}").Order(StringComparer.Ordinal));

    string State(string target, string project, string file) => Path.Combine(folder.Path, project, "obj/Debug", target, "image", file);
}
