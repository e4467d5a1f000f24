using ImageSdk.Sdk.Tests.Harness;
using Microsoft.Build.Evaluation;
using Microsoft.Build.Graph;
using Microsoft.CodeAnalysis.MSBuild;

namespace ImageSdk.Sdk.Tests.Editors;

/// <summary>What editors ask a project for while it is open.</summary>
public sealed class ProjectLoadTests : IDisposable
{
    static readonly Dictionary<string, string> editor = new() { ["BuildingInsideVisualStudio"] = "true", ["DesignTimeBuild"] = "true", ["SkipCompilerExecution"] = "true" };

    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Those of the common targets and of NuGet, which the project system, Roslyn's build host and Rider call.</summary>
    public static TheoryData<string> DesignTimeTargets =>
    [
        "CompileDesignTime", "Compile", "CoreCompile", "ResolveReferences", "ResolveAssemblyReferences", "ResolveProjectReferences", "ResolveAssemblyReferencesDesignTime",
        "ResolveProjectReferencesDesignTime", "ResolveComReferencesDesignTime", "GetTargetFrameworks", "GetTargetFrameworksWithPlatformForSingleTargetFramework",
        "GetNativeManifest", "GetCopyToOutputDirectoryItems", "GetTargetPath", "CollectPackageReferences", "CollectPackageDownloads", "CollectCentralPackageVersions",
        "PrepareForBuild", "Build",
    ];

    [Theory]
    [MemberData(nameof(DesignTimeTargets))]
    public void A_design_time_target_runs_no_stage_and_needs_no_restore(string target)
    {
        folder.Project("base/base");
        folder.Project("app", """<ItemGroup><ProjectReference Include="base/base.imgproj" /><PackageReference Include="No.Such.Package" Version="1.0.0" /></ItemGroup>""");

        folder.Run(["msbuild", "app.imgproj", $"-t:{target}", .. editor.Select(property => $"-p:{property.Key}={property.Value}")]).Succeeded();

        Assert.Empty(folder.Log());
        Assert.Empty(folder.Log("base"));
    }

    [Fact]
    public void Trees_are_shown_with_links_outside_the_project_and_are_never_compiled()
    {
        folder.Write("elsewhere/tree/etc/one", "");
        folder.Write("app/files/etc/größe; 100%41 @(x)", "");
        folder.Write("app/files/etc/back\\slash", "");
        Directory.CreateSymbolicLink(folder["app/files/run"], "/proc");
        folder.Write("app/scripts/10-a", "");
        folder.Write("app/manifest", "{}");
        folder.Project("app/app", """<ItemGroup><ImageTree Include="../elsewhere/tree" /></ItemGroup>""");
        Assert.Equal(["manifest", "scripts/10-a"], Evaluate().Keys);

        folder.Run(["msbuild", "app/app.imgproj", "-t:CompileDesignTime", .. editor.Select(property => $"-p:{property.Key}={property.Value}")]).Succeeded();

        var shown = Evaluate();
        Assert.Equal(["../elsewhere/tree/etc/one", "files/etc/größe; 100%41 @(x)", "files/run", "manifest", "scripts/10-a"], shown.Keys);
        Assert.Equal("tree/etc/one", shown["../elsewhere/tree/etc/one"]);
        Assert.Equal("", shown["files/run"]);

        SortedDictionary<string, string> Evaluate()
        {
            using var projects = new ProjectCollection(editor);
            var project = projects.LoadProject(folder["app/app.imgproj"]);
            Assert.Empty(project.GetItems("Compile"));
            return new(project.GetItems("None").ToDictionary(
                item => Path.GetRelativePath(folder["app"], item.GetMetadataValue("FullPath")), item => item.GetMetadataValue("Link")), StringComparer.Ordinal);
        }
    }

    [Fact]
    public void The_kinds_of_items_are_known_to_editors()
    {
        folder.Project("app");
        using var projects = new ProjectCollection(editor);
        var project = projects.LoadProject(folder["app.imgproj"]);

        Assert.Contains("ImageSdk", project.GetItems("ProjectCapability").Select(item => item.EvaluatedInclude));
        var known = project.GetItems("AvailableItemName").Select(item => item.EvaluatedInclude).ToList();
        Assert.Equal([], DocumentedProject.Items.Select(item => item.Name).Except(known).Except(["ProjectReference", "PackageReference"]));
    }

    [Fact]
    public async Task A_solution_is_made_migrated_and_loaded_by_MSBuilds_graph_and_by_Roslyn()
    {
        folder.Project("base/base");
        folder.Project("app/app", """<ItemGroup><ProjectReference Include="../base/base.imgproj" /></ItemGroup>""");
        folder.Write("tool/tool.csproj", """<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><ProjectReference Include="../base/base.imgproj" ReferenceOutputAssembly="false" SkipGetTargetFrameworkProperties="true" /></ItemGroup></Project>""");
        folder.Write("tool/tool.cs", "class Tool;");
        folder.DotNet("new", "sln", "-n", "tree", "-f", "sln").Succeeded();
        folder.DotNet("sln", "tree.sln", "add", "app/app.imgproj", "base/base.imgproj", "tool/tool.csproj").Succeeded();
        folder.DotNet("sln", "tree.sln", "migrate").Succeeded();
        File.Delete(folder["tree.sln"]);

        // The tool writes the type that the project says; nothing is left to be added by hand.
        Assert.Equal(2, File.ReadAllText(folder["tree.slnx"]).Split("Type=\"").Length - 1);
        using var projects = new ProjectCollection();
        var graph = new ProjectGraph(folder["tree.slnx"], projects);
        Assert.Equal(["app", "base", "tool"], graph.ProjectNodes.Select(node => Path.GetFileNameWithoutExtension(node.ProjectInstance.FullPath)).Order(StringComparer.Ordinal));
        using var workspace = MSBuildWorkspace.Create();
        List<string> failures = [];
        using var registration = workspace.RegisterWorkspaceFailedHandler(failure => failures.Add(failure.Diagnostic.Message));
        var solution = await workspace.OpenSolutionAsync(folder["tree.slnx"]);
        Assert.Equal("tool", Assert.Single(solution.Projects).Name);
        Assert.NotNull(await solution.Projects.Single().GetCompilationAsync());
        // It knows no other languages, and says so of each project and reference; of nothing else.
        Assert.NotEmpty(failures);
        Assert.All(failures, failure => Assert.Contains(".imgproj", failure, StringComparison.Ordinal));
    }
}
