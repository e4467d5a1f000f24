using System.Text.Json;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>A .NET project that goes into an image by one reference, and folders that other tools make.</summary>
public sealed class ApplicationTests : IDisposable
{
    readonly TestFolder folder = new();

    public ApplicationTests()
    {
        folder.Write("Lib/Lib.csproj", """<Project Sdk="Microsoft.NET.Sdk"></Project>""");
        folder.Write("Lib/Text.cs", "public static class Text { public const string Greeting = \"hello\"; }");
        folder.Write("My Shop/Shop.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><InvariantGlobalization>true</InvariantGlobalization></PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="../Lib/Lib.csproj" />
                <ContainerPort Include="8080" Type="tcp" />
                <ContainerEnvironmentVariable Include="LIST" Value="a;b" />
              </ItemGroup>
            </Project>
            """);
        folder.Write("My Shop/Program.cs", "System.Console.WriteLine(Text.Greeting);");
    }

    public void Dispose() => folder.Dispose();

    void Image(string items, string properties = "") => folder.Project("image", $"<PropertyGroup>{properties}</PropertyGroup><ItemGroup>{items}</ItemGroup>");

    const string Reference = """<ProjectReference Include="My Shop/Shop.csproj" ImagePath="/opt/shop" ImageService="shop.service" />""";

    IEnumerable<JsonElement> PlannedTrees => folder.Plan().GetProperty("Trees").EnumerateArray();

    string Published => PlannedTrees.Single(tree => tree.GetProperty("TargetPath").GetString() == "/opt/shop").GetProperty("Directory").GetString()!;

    [Fact]
    public void A_reference_publishes_the_project_into_a_tree_and_a_second_build_does_nothing()
    {
        Image(Reference);
        var built = folder.Build().Succeeded();

        Assert.Contains("Publishing Shop for linux-", built.Output);
        Assert.True(File.Exists(Path.Combine(Published, "Shop.dll")) && File.Exists(Path.Combine(Published, "Lib.dll")));
        var unit = File.ReadAllText(folder.State("applications/units/shop/usr/lib/systemd/system/shop.service"));
        Assert.Contains("\nExecStart=/opt/shop/Shop\n", unit);
        Assert.Contains("\nEnvironment=\"LIST=a;b\"\n", unit);
        Assert.Contains(PlannedTrees, tree => tree.GetProperty("TargetPath").GetString()!.StartsWith("/usr/lib/dotnet/shared/Microsoft.NETCore.App/10.0.", StringComparison.Ordinal));
        // Nothing is written beside the project, where builds of its own have their folders.
        Assert.Equal(["Program.cs", "Shop.csproj"], Directory.EnumerateFileSystemEntries(folder["My Shop"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var packages = folder.Plan().GetProperty("Packages").EnumerateArray().Select(package => package.GetString()).ToList();
        Assert.Contains("libstdc++6", packages);
        Assert.DoesNotContain(packages, package => package!.Contains("icu", StringComparison.Ordinal));

        folder.ForgetLog();
        var again = folder.Build().Succeeded();
        Assert.DoesNotContain("Publishing", again.Output);
        Assert.DoesNotContain("needs", again.Output);
        Assert.Empty(folder.StagesRun());
        Assert.Equal(0, folder.Build("-question").ExitCode);
    }

    [Fact]
    public void A_file_that_is_no_longer_published_leaves_the_image()
    {
        Image(Reference);
        var content = folder.Write("My Shop/data/extra.txt", "x");
        folder.Write("My Shop/Directory.Build.targets", """<Project><ItemGroup><None Update="data/**" CopyToPublishDirectory="PreserveNewest" /></ItemGroup></Project>""");
        folder.Build().Succeeded();
        Assert.True(File.Exists(Path.Combine(Published, "data/extra.txt")));

        File.Delete(content);
        folder.Build().Succeeded();
        Assert.False(File.Exists(Path.Combine(Published, "data/extra.txt")));
    }

    [Fact]
    public void A_changed_project_is_restored_without_a_restore_of_the_image()
    {
        Image(Reference);
        folder.Build().Succeeded();
        folder.Write("More/More.csproj", """<Project Sdk="Microsoft.NET.Sdk"></Project>""");
        folder.Write("More/More.cs", "public class More;");
        folder.Write("Lib/Lib.csproj", """<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><ProjectReference Include="../More/More.csproj" /></ItemGroup></Project>""");
        folder.Build("--no-restore").Succeeded();
        Assert.True(File.Exists(Path.Combine(Published, "More.dll")));
    }

    [Fact]
    public void Clean_removes_what_was_published()
    {
        Image(Reference);
        folder.Build().Succeeded();
        folder.Run("clean").Succeeded();
        Assert.False(Directory.Exists(folder.State("applications")));
    }

    [Fact]
    public void Another_stage_a_unit_of_the_projects_own_and_no_runtime()
    {
        folder.Write("My Shop/shop.service", "[Service]\nExecStart=/opt/shop/Shop\n[Install]\nWantedBy=default.target\n");
        Image(Reference.Replace("/>", """ImageStage="PostInstall" />"""), "<ImageDotnetRuntime>None</ImageDotnetRuntime><ImageNativePackages>false</ImageNativePackages>");
        folder.Build().Succeeded();
        Assert.Equal(2, PlannedTrees.Count());
        Assert.Equal(5, PlannedTrees.First(tree => tree.GetProperty("TargetPath").GetString() == "/opt/shop").GetProperty("Stage").GetInt32());
        Assert.True(new FileInfo(folder.State("applications/units/shop/etc/systemd/system/default.target.wants/shop.service")).LinkTarget is not null);
        Assert.Empty(folder.Plan().GetProperty("Packages").EnumerateArray());
    }

    [Theory]
    [InlineData("""<ProjectReference Include="My Shop/Shop.csproj" ImagePath="opt/shop" />""", "IMG1500")]
    [InlineData("""<ProjectReference Include="My Shop/Shop.csproj" ImagePath="/opt/shop" ImageService="a/b" />""", "IMG1501")]
    [InlineData("""<ProjectReference Include="Lib/Lib.csproj" ImagePath="/opt/lib" />""", "IMG1503")]
    [InlineData("""<ProjectReference Include="No/No.csproj" ImagePath="/opt/no" />""", "IMG1506")]
    [InlineData("""<ImageBuiltTree Include="web" Command="true" />""", "IMG1507")]
    [InlineData("""<ImageBuiltTree Include="web" Command="echo bad; exit 3" TargetPath="/srv" />""", "IMG1508")]
    [InlineData("""<ImageBuiltTree Include="web" Command="true" OutputDirectory="no-such" TargetPath="/srv" />""", "IMG1508")]
    public void A_mistake_is_one_error_with_its_place(string items, string code)
    {
        Image(items);
        Assert.Contains("image.imgproj", folder.Build().FailedWith(code));
    }

    [Fact]
    public void A_library_that_does_not_compile_fails_the_build_of_the_image()
    {
        Image(Reference);
        folder.Write("Lib/Text.cs", "nonsense");
        Assert.Contains(folder.Build().Errors, error => error.Contains("error CS"));
    }

    [Fact]
    public void A_folder_that_a_command_makes_is_made_when_an_input_changes()
    {
        folder.Write("web/src/index", "one");
        Image("""
            <ImageBuiltTree Include="site" Command="cat src/index &gt; &quot;$IMAGE_OUTPUT/index&quot;; echo $IMAGE_ARCHITECTURE $IMAGE_RUNTIME_IDENTIFIER &gt;&gt; &quot;$IMAGE_OUTPUT/index&quot;"
              WorkingDirectory="web" Inputs="web/src/**" TargetPath="/srv/www" />
            <ImageBuiltTree Include="server" Command="mkdir -p out/a&amp;&amp; cp src/index out/a/" WorkingDirectory="web" OutputDirectory="web/out" Inputs="web/src/**" TargetPath="/opt/server"
              Service="server" Entrypoint="/opt/server/a/index --port 80" Ports="80" User="www-data" Environment="A=1;B=2 3" />
            """);
        folder.Build().Succeeded();
        Assert.Matches("^oneamd64 linux-x64\n$|^onearm64 linux-arm64\n$", File.ReadAllText(Path.Combine(folder.State("applications/trees/site"), "index")));
        var unit = File.ReadAllText(folder.State("applications/units/server/usr/lib/systemd/system/server.service"));
        Assert.Contains("\nExecStart=/opt/server/a/index --port 80\n", unit);
        Assert.Contains("\nEnvironment=\"B=2 3\"\n", unit);
        Assert.Contains("\nUser=www-data\n", unit);
        folder.ForgetLog();

        Assert.DoesNotContain("cat src/index", folder.Build().Succeeded().Output);
        Assert.Empty(folder.StagesRun());
        Assert.Equal(0, folder.Build("-question").ExitCode);

        folder.Write("web/src/more", "");
        Assert.Contains("cat src/index", folder.Build().Succeeded().Output);
    }

    [Fact]
    public void A_reference_without_a_path_is_built_and_not_published()
    {
        Image("""<ProjectReference Include="My Shop/Shop.csproj" />""");
        Assert.DoesNotContain("Publishing", folder.Build().Succeeded().Output);
        Assert.True(Directory.Exists(folder["My Shop/bin/Debug"]));
        Assert.False(Directory.Exists(folder.State("applications")));
    }
}
