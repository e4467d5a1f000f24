using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>base ← web ← app, and a .NET library that app refers to.</summary>
public sealed class ReferenceTests : IDisposable
{
    readonly TestFolder folder = new();

    public ReferenceTests()
    {
        folder.Project("base/base");
        folder.Project("web/web", """<ItemGroup><ProjectReference Include="../base/base.imgproj" /></ItemGroup>""");
        folder.Project("app/app", """
            <ItemGroup>
              <ProjectReference Include="../web/web.imgproj" />
              <ProjectReference Include="../tool/tool.csproj" />
            </ItemGroup>
            """);
        folder.Write("tool/tool.csproj", """<Project Sdk="Microsoft.NET.Sdk"></Project>""");
        folder.Write("tool/tool.cs", "class Tool;");
        folder.Write("tree.slnx", """
            <Solution>
              <Project Path="app/app.imgproj" Type="Common C#" />
              <Project Path="web/web.imgproj" Type="Common C#" />
              <Project Path="base/base.imgproj" Type="Common C#" />
              <Project Path="tool/tool.csproj" />
            </Solution>
            """);
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("app/app.imgproj")]
    [InlineData("app/app.imgproj", "-graph")]
    public void A_tree_builds_each_image_once_and_each_on_the_one_below(params string[] arguments)
    {
        folder.Build(arguments).Succeeded();
        AssertEachIsBuiltOnce();
        folder.Build([.. arguments, "-question"]).Succeeded();
    }

    [Theory]
    [InlineData]
    [InlineData("-graph")]
    public void A_solution_in_parallel_does_too(params string[] arguments)
    {
        folder.DotNet(["build", "tree.slnx", "-tl:off", "-m", .. arguments]).Succeeded();
        AssertEachIsBuiltOnce();
        folder.DotNet(["build", "tree.slnx", "-tl:off", "-m", "-question", .. arguments]).Succeeded();
    }

    void AssertEachIsBuiltOnce()
    {
        Assert.Equal(Stages.Run, folder.StagesRun("base"));
        Assert.Equal(Stages.Run, folder.StagesRun("web"));
        Assert.Equal(Stages.Run, folder.StagesRun("app"));
        Assert.Contains("ResolveSource mayBuild=True ", folder.Log("base"));
        Assert.Contains("ResolveSource mayBuild=True base.image", folder.Log("web"));
        Assert.Contains("ResolveSource mayBuild=True web.image", folder.Log("app"));
    }

    [Fact]
    public void A_graph_build_can_be_isolated()
    {
        folder.DotNet("restore", "app/app.imgproj").Succeeded();
        folder.DotNet("build", "-tl:off", "app/app.imgproj", "-graph", "-isolate", "--no-restore").Succeeded();
    }

    [Fact]
    public void A_change_below_reaches_the_images_above()
    {
        folder.Build("app/app.imgproj").Succeeded();
        folder.Write("base/RunScripts/input", "new");
        foreach (var project in (string[])["base", "web", "app"])
            folder.ForgetLog(project);

        folder.Build("app/app.imgproj").Succeeded();

        Assert.Equal("RunScripts", folder.StagesRun("base")[0]);
        Assert.Equal(Stages.Run, folder.StagesRun("web"));
        Assert.Equal(Stages.Run, folder.StagesRun("app"));
    }

    [Theory]
    [InlineData]
    [InlineData("-graph")]
    public void Publishing_an_image_publishes_that_one(params string[] arguments)
    {
        folder.Run(["publish", "app/app.imgproj", "-tl:off", .. arguments]).Succeeded();

        Assert.True(File.Exists(folder["store/images/app"]));
        Assert.False(File.Exists(folder["store/images/base"]));
    }

    [Fact]
    public void A_solution_can_be_tested_packed_and_cleaned()
    {
        folder.DotNet("test", "tree.slnx", "-tl:off").Succeeded();
        folder.DotNet("pack", "tree.slnx", "-tl:off", "-o", folder["packages"]).Succeeded();
        folder.DotNet("clean", "tree.slnx", "-tl:off").Succeeded();

        Assert.False(File.Exists(folder["app/bin/Debug/app.image"]));
        Assert.False(File.Exists(folder["base/bin/Debug/base.image"]));
    }

    [Fact]
    public void What_is_said_of_one_image_on_the_command_line_is_not_said_of_those_below()
    {
        folder.Build("web/web.imgproj", "-p:ImageStream=special").Succeeded();

        Assert.Contains("\"Stream\": \"special\"", File.ReadAllText(folder.State("plan.json", "web")));
        Assert.Contains("\"Stream\": \"base\"", File.ReadAllText(folder.State("plan.json", "base")));
    }

    [Fact]
    public void Solution_tools_take_the_project()
    {
        folder.DotNet("new", "sln", "-n", "made", "--format", "sln").Succeeded();
        folder.DotNet("sln", "made.sln", "add", "base/base.imgproj").Succeeded();
        folder.DotNet("add", "base/base.imgproj", "reference", "web/web.imgproj").Succeeded();
    }
}
