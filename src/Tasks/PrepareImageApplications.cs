using System.Runtime.InteropServices;
using ImageSdk.Building;
using ImageSdk.Building.Applications;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ImageSdk.Tasks;

/// <summary>Makes items of an image of the applications that were published for it, and of the folders that commands made.</summary>
[MSBuildMultiThreadableTask]
public sealed class PrepareImageApplications : ImageTask
{
    /// <summary>Published projects, with what their own targets say of them and the metadata of their references.</summary>
    public ITaskItem[] Applications { get; set; } = [];

    /// <summary>ImageBuiltTree items, with metadata MadeDirectory.</summary>
    public ITaskItem[] BuiltTrees { get; set; } = [];

    public string AddPackages { get; set; } = "";

    public string Architecture { get; set; } = "";

    public ITaskItem[] Packages { get; set; } = [];

    public string PackagerType { get; set; } = "";

    public string Release { get; set; } = "";

    public string Runtime { get; set; } = "";

    [Required]
    public string SdkRoot { get; set; } = "";

    [Output]
    public ITaskItem[] Trees { get; set; } = [];

    [Output]
    public ITaskItem[] AddedPackages { get; set; } = [];

    /// <summary>What a container engine runs, with metadata Option.</summary>
    [Output]
    public ITaskItem[] ContainerSettings { get; set; } = [];

    /// <summary>Options of formats, with metadata Value.</summary>
    [Output]
    public ITaskItem[] FormatOptions { get; set; } = [];

    private protected override string LiveTitle => "";

    private protected override void Execute(ImageBuild build, IBuildListener listener)
    {
        List<(ImageApplication Application, string Stage)> applications =
        [
            .. Applications.Select(item => (ApplicationReader.Published(item, Absolute), item.GetMetadata("ImageStage"))),
            .. BuiltTrees.Select(item => (ApplicationReader.Built(item, Absolute), ApplicationReader.Stage(item))),
        ];
        var content = new ApplicationLayout(Settings(), listener).Arrange([.. applications.Select(one => one.Application)]);
        Trees =
        [
            .. applications.Take(Applications.Length).Select(one => Tree(one.Application.Directory, one.Application.TargetPath, one.Stage)),
            .. applications.Skip(Applications.Length).Zip(BuiltTrees, (one, item) => Owned(Tree(one.Application.Directory, one.Application.TargetPath, one.Stage), item)),
            .. content.Trees.Select(tree => Tree(tree.Directory, tree.TargetPath, StageTable.Of(tree.Stage).ItemValue)),
        ];
        AddedPackages = [.. content.Packages.Select(package => new TaskItem(MSBuildList.Escaped(package)))];
        if (content.Container is { Entrypoint.Count: > 0 } container)
            Describe(container);
    }

    void Describe(ApplicationContainer container)
    {
        ContainerSettings =
        [
            .. container.Entrypoint.Select(word => Item(word, "Option", "Entrypoint")),
            .. container.Arguments.Select(word => Item(word, "Option", "Command")),
            .. container.Ports.Select(port => Item(port, "Option", "Ports")),
            .. container.Environment.Select(variable => new TaskItem(MSBuildList.Escaped(variable.Key), new Dictionary<string, string> { ["Option"] = "Environment", ["Value"] = MSBuildList.Escaped(variable.Value) })),
        ];
        FormatOptions = [Item("User", "Value", container.User), Item("WorkingDirectory", "Value", container.WorkingDirectory)];
    }

    ApplicationSettings Settings() => new(Path.Combine(Absolute(StateDirectory), "applications"))
    {
        AddsPackages = Words.Flag(AddPackages, "ImageNativePackages", ProjectFile, unset: true),
        Architecture = Architecture,
        Packages = [.. Packages.Select(package => package.ItemSpec)],
        PackagerType = PackagerType,
        Release = Release,
        Runtime = Words.Choice<RuntimeOrigin>(Runtime, "ImageDotnetRuntime", ProjectFile),
        SdkArchitecture = RuntimeInformation.OSArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => "amd64",
            System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
            var other => other.ToString().ToLowerInvariant(),
        },
        SdkRoot = Absolute(SdkRoot),
    };

    static TaskItem Tree(string directory, string target, string stage) =>
        new(MSBuildList.Escaped(directory), new Dictionary<string, string> { ["TargetPath"] = MSBuildList.Escaped(target), ["Stage"] = stage });

    static TaskItem Owned(TaskItem tree, ITaskItem from)
    {
        foreach (var name in ItemReader.OwnerMetadata)
            tree.SetMetadata(name, MSBuildList.Escaped(from.GetMetadata(name)));
        return tree;
    }

    static TaskItem Item(string text, string metadata, string value) => new(MSBuildList.Escaped(text), new Dictionary<string, string> { [metadata] = MSBuildList.Escaped(value) });
}
