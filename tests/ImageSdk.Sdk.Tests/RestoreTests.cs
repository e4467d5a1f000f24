using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>What restore does of a project that has a lock, and of one that has none.</summary>
public sealed class RestoreTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    const string OptsIn = "<PropertyGroup><RestoreImageWithLockFile>true</RestoreImageWithLockFile></PropertyGroup>";

    string Lock(bool locked = false, bool force = false) => $"LockSettings {{ File = {folder["image.lock.json"]}, IsLocked = {locked}, ForceEvaluate = {force} }}";

    [Fact]
    public void Without_a_lock_restore_leaves_the_image_alone()
    {
        folder.Project("hello");
        folder.Run("restore").Succeeded();
        Assert.Empty(folder.Log());

        folder.Build().Succeeded();
        Assert.DoesNotContain(folder.Log(), line => line.Contains("Lock", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", true, false, false)]
    [InlineData(OptsIn, false, false, false)]
    [InlineData(OptsIn, false, true, false, "--locked-mode")]
    [InlineData(OptsIn, false, false, true, "--force-evaluate")]
    public void With_a_lock_the_source_is_locked_and_packages_are_fetched(string body, bool hasFile, bool isLocked, bool isForced, params string[] arguments)
    {
        folder.Project("hello", body);
        if (hasFile)
            folder.Write("image.lock.json", "{}");
        folder.Run(["restore", .. arguments]).Succeeded();
        Assert.Equal(
            ["Prepare", "ResolveSource mayBuild=True ", $"Lock UnpackSourceImage {Lock(isLocked, isForced)}", "FetchLocked isEvaluated=False"], folder.Log());
    }

    [Fact]
    public void What_the_lock_lacks_is_worked_out_in_the_image()
    {
        folder.Project("hello", OptsIn);
        folder.Run("restore", "-p:ImageVariables=FAKE_INCOMPLETE=true").Succeeded();
        Assert.Equal(["UnpackSourceImage", "CopyFiles", "RunPreInstallScripts"], folder.StagesRun());
        Assert.Equal([$"Lock InstallPackages {Lock()}", "FetchLocked isEvaluated=True"], folder.Log().TakeLast(2));
    }

    [Fact]
    public void What_takes_scripts_of_the_project_is_left_to_the_build()
    {
        folder.Project("hello", OptsIn);
        var run = folder.Run("restore", "-tl:off", "-p:ImageVariables=FAKE_INCOMPLETE=true%0AFAKE_PREINSTALL=true").Succeeded();
        run.At("hello: The packages that the lock lacks are worked out by the build");
        Assert.Empty(folder.StagesRun());
    }

    [Fact]
    public void A_build_follows_the_lock_in_both_stages()
    {
        folder.Project("hello", OptsIn);
        folder.Run("restore", "-p:RestoreImageWithLockFile=false").Succeeded();
        folder.Build("--no-restore").Succeeded();
        var log = folder.Log().ToList();
        foreach (var stage in new[] { "UnpackSourceImage", "InstallPackages" })
            Assert.InRange(log.IndexOf($"Lock {stage} {Lock()}"), 0, log.FindIndex(line => line.StartsWith($"Run {stage}", StringComparison.Ordinal)));
        Assert.DoesNotContain(log, line => line.StartsWith("FetchLocked", StringComparison.Ordinal));
    }

    [Fact]
    public void The_image_of_another_project_is_not_built_by_restore()
    {
        folder.Project("base/base");
        folder.Project("app/app", OptsIn + """<ItemGroup><ProjectReference Include="../base/base.imgproj" /></ItemGroup>""");
        folder.Run("restore", "app", "-p:ImageVariables=FAKE_INCOMPLETE=true").Succeeded();
        Assert.Equal(["Prepare", "FetchLocked isEvaluated=False"], folder.Log("app"));
        Assert.Empty(folder.Log("base"));
    }

    [Fact]
    public void A_source_image_that_a_project_makes_is_not_built_by_restore()
    {
        folder.Project("base/base", "<PropertyGroup><ImageStream>debian</ImageStream></PropertyGroup>");
        folder.Project("app/app", """
            <PropertyGroup><RestoreImageWithLockFile>true</RestoreImageWithLockFile><SourceImage>debian</SourceImage></PropertyGroup>
            <ItemGroup><BuildableImageStream Include="debian" Project="../base/base.imgproj" /></ItemGroup>
            """);
        var run = folder.Run("restore", "app", "-tl:off", "-p:ImageVariables=FAKE_INCOMPLETE=true").Succeeded();
        run.At("app: The source image is made by");
        Assert.Equal(["Prepare", "ResolveSource mayBuild=True ", "FetchLocked isEvaluated=False"], folder.Log("app"));
        Assert.Empty(folder.Log("base"));

        folder.Build("app/app.imgproj").Succeeded();
        Assert.Contains("Run ScanImage", string.Join('\n', folder.Log("base")));
        Assert.Contains($"Lock UnpackSourceImage", string.Join('\n', folder.Log("app")));
        // It is there now.
        folder.ForgetLog("app");
        folder.Run("restore", "app").Succeeded();
        Assert.Contains(folder.Log("app"), line => line.StartsWith("Lock UnpackSourceImage", StringComparison.Ordinal));
    }

    [Fact]
    public void A_build_of_what_was_never_built_begins_beside_its_restore()
    {
        folder.Project("base/base");
        folder.Project("web/web", """<ItemGroup><ProjectReference Include="../base/base.imgproj" /></ItemGroup>""");
        var begun = folder.State("begun.log", "web");
        folder.Run("restore", "web/web.imgproj").Succeeded();
        Assert.False(File.Exists(begun));

        folder.Build("web/web.imgproj").Succeeded();
        var words = Assert.Single(File.ReadAllLines(begun)).Split(' ');
        Assert.Equal(["on", "base.image"], words[1..3]);
        // What was begun serves the stages; the project below has its own.
        Assert.All(folder.Log("web").Where(line => line.StartsWith("Run ", StringComparison.Ordinal)), line => Assert.Contains($" {words[3]} ", line));
        Assert.False(File.Exists(folder.State("begun.log", "base")));

        folder.Write("web/files/new", "");
        folder.Build("web/web.imgproj").Succeeded();
        Assert.Single(File.ReadAllLines(begun));
    }

    [Fact]
    public void Without_speculation_nothing_is_begun()
    {
        folder.Project("hello");
        folder.Build("-p:ImageSpeculation=False").Succeeded();
        Assert.False(File.Exists(folder.State("begun.log")));
        Assert.False(folder.Plan().GetProperty("Speculation").GetBoolean());
        folder.Build("-p:ImageSpeculation=perhaps").FailedWith("IMG1906");

        // The same project begins with it.
        Directory.Delete(folder["obj"], recursive: true);
        folder.Build().Succeeded();
        Assert.True(File.Exists(folder.State("begun.log")));
    }

    [Fact]
    public void A_mistake_is_told_once_although_the_build_is_begun()
    {
        folder.Project("hello", "<PropertyGroup><BootstrapDistribution>beos</BootstrapDistribution></PropertyGroup>");
        var output = folder.Build().Output;
        Assert.Single(output.Split('\n').Where(line => line.Contains("beos", StringComparison.Ordinal)).Distinct());
        Assert.DoesNotContain("IMG9999", output);
    }
}
