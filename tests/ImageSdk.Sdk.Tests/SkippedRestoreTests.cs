using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>A build does not load NuGet where there is nothing for it.</summary>
public sealed class SkippedRestoreTests : IDisposable
{
    const string Restoring = "Determining projects to restore";

    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_project_without_packages_is_restored_once_and_again_when_it_gets_some()
    {
        folder.Project("plain");
        Assert.Contains(Restoring, Build().Output);
        Assert.DoesNotContain(Restoring, Build().Output);
        // dotnet restore does as it always did.
        Assert.Contains(Restoring, folder.DotNet("restore", "-tl:off").Succeeded().Output);
        Assert.Contains(Restoring, Build("-p:RestoreForce=true").Output);

        // The package with the SDK is the one that the feed has.
        folder.Project("plain", $"<ItemGroup><PackageDownload Include=\"ImageSdk\" Version=\"[{PackedSdk.Version}]\" /></ItemGroup>");
        Assert.Contains(Restoring, Build().Output);
        folder.Project("plain", "<ItemGroup><PackageReference Include=\"no-such-package\" Version=\"1.0.0\" /></ItemGroup>");
        Assert.Contains("NU1101", folder.DotNet("build", "-tl:off").Output);
        folder.Project("plain");
        Build();
        Assert.DoesNotContain(Restoring, Build().Output);
    }

    [Fact]
    public void A_project_that_refers_to_others_is_always_restored()
    {
        folder.Project("base/base");
        folder.Project("top/top", "<ItemGroup><ProjectReference Include=\"../base/base.imgproj\" /></ItemGroup>");
        Assert.Contains(Restoring, folder.DotNet("build", "top", "-tl:off").Succeeded().Output);
        Assert.Contains(Restoring, folder.DotNet("build", "top", "-tl:off").Succeeded().Output);
    }

    BuildResult Build(params string[] arguments) => folder.DotNet(["build", "-tl:off", .. arguments]).Succeeded();
}
