using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

public sealed class GuardTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("<TargetFramework>net10.0</TargetFramework>")]
    [InlineData("<TargetFrameworks>net9.0;net10.0</TargetFrameworks>")]
    public void A_target_framework_in_the_project_is_an_error(string property)
    {
        folder.Project("hello", $"<PropertyGroup>{property}</PropertyGroup>");

        var error = folder.Build("--no-restore").FailedWith("IMG1902");

        Assert.StartsWith(folder["hello.imgproj"], error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_framework_on_the_command_line_is_an_error()
    {
        folder.Project("hello");
        folder.DotNet("build", "-tl:off", "-f", "net10.0").FailedWith("IMG1902");
    }

    [Fact]
    public void The_package_as_a_PackageReference_is_an_error()
    {
        folder.Write("library.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup><PackageReference Include="ImageSdk" Version="{PackedSdk.Version}" /></ItemGroup>
            </Project>
            """);
        folder.Build().FailedWith("IMG1901");
    }

    [Theory]
    [InlineData("""<Project Sdk="ImageSdk/99.0.0"></Project>""")]
    [InlineData("""<Project><Sdk Name="ImageSdk" Version="99.0.0" /></Project>""")]
    public void A_project_that_names_another_version_than_the_session_loaded_is_an_error(string project)
    {
        // What a session with two versions does; here the version of the first is simply given to a check of the second.
        folder.Project("hello");
        folder.Write("other.xml", project);
        var result = folder.Build("hello.imgproj", "-t:_CheckImageSdkVersion", $"-p:_ImageSdkNamedIn={folder["other.xml"]}");

        Assert.Contains("ImageSdk 99.0.0", result.FailedWith("IMG1903"));
    }

    [Fact]
    public void A_project_that_names_the_version_of_the_session_builds()
    {
        File.Delete(folder["global.json"]);
        folder.Write("hello.imgproj", $"""<Project Sdk="ImageSdk/{PackedSdk.Version}"></Project>""");
        folder.Build().Succeeded();
    }

    [Fact]
    public void An_incomplete_package_is_an_error()
    {
        folder.Project("hello");
        Assert.Contains("gone.dll", folder.Build("-p:ImageSdkWorkerAssembly=/gone.dll").FailedWith("IMG1904"));
    }

    [Fact]
    public void The_worker_is_the_one_beside_the_tasks_unless_the_command_line_names_another()
    {
        folder.Project("x");
        File.WriteAllText(folder["other worker.dll"], "");
        Assert.All(Runs(), line => Assert.EndsWith(" ImageSdk.Worker.dll dotnet", line, StringComparison.Ordinal));
        Assert.All(Runs($"-p:ImageSdkWorkerAssembly={folder["other worker.dll"]}"), line => Assert.EndsWith(" other worker.dll dotnet", line, StringComparison.Ordinal));

        IReadOnlyList<string> Runs(params string[] arguments)
        {
            folder.Build(["-t:Rebuild", .. arguments]).Succeeded();
            List<string> runs = [.. File.ReadLines(folder["obj/Debug/image/fake.log"]).Where(line => line.StartsWith("Run ", StringComparison.Ordinal))];
            Assert.Equal(Harness.Stages.Run.Count, runs.Count);
            return runs;
        }
    }

    [Fact]
    public void Another_SDK_beside_this_one_is_an_error()
    {
        folder.Write("hello.imgproj", """<Project Sdk="ImageSdk"><PropertyGroup><UsingMicrosoftNETSdk>true</UsingMicrosoftNETSdk></PropertyGroup></Project>""");
        folder.Build("--no-restore").FailedWith("IMG1905");
    }

    [Fact]
    public void A_backslash_that_MSBuild_changed_is_an_error_at_its_line()
    {
        folder.Project("hello", """
              <PropertyGroup>
                <ImageFilterLines>/var/log/.*\.gz</ImageFilterLines>
              </PropertyGroup>
            """);
        Assert.StartsWith($"{folder["hello.imgproj"]}(3,6): error", folder.Build().FailedWith("IMG1907"), StringComparison.Ordinal);
    }
}
