using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Stages;
using ImageSdk.Trees.ImageProfiles;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks.Reading;

/// <summary>What a profile brings: the items of its project, and the conventional files and folders beside it as items.</summary>
sealed class ProfileReader(Func<string, string> absolute, IBuildListener listener, string project)
{
    /// <summary>Files of a manifest directory that say something about one image.</summary>
    static readonly string[] ofImages = ["manifest", .. StageTable.Rows.SelectMany(row => row.Files).Except(["manifest", "package-list"])];

    /// <summary>Metadata that names a file of the project, which the package has to have.</summary>
    static readonly string[] files = ["AuthorizedKeysFile", "DropInFile", "File", "KeyFile"];

    /// <summary>The files that metadata names, with their places in the package.</summary>
    public List<(string File, string PackagePath)> Files { get; } = [];

    static readonly (string Suffix, string Metadata)[] uses = [("", ""), (".append", "Append"), (".templated", "Templated")];

    public IReadOnlyList<ProfileItem> Read(string? manifest, string? bootTests, ITaskItem[] items) =>
    [
        .. manifest is null ? [] : Conventional(manifest),
        .. Scripts(bootTests, "ImageBootTest", ""),
        // What other profiles bring is theirs.
        .. items.Where(item => item.GetMetadata("ImageProfile").Length == 0).Select(FromItem),
    ];

    IEnumerable<ProfileItem> Conventional(string manifest)
    {
        foreach (var file in ofImages.Select(name => Path.Combine(manifest, name)).Where(File.Exists))
            listener.Report(new(DiagnosticSeverity.Warning, "IMG1572", $"{Path.GetFileName(file)} is no part of a profile: images that reference it do not get it. Say it as items, or move the file.", file));
        foreach (var row in StageTable.OfKind(StageKind.Files))
        {
            foreach (var (suffix, use) in uses)
            {
                var tree = Path.Combine(manifest, row.Folder + suffix);
                if (!Directory.Exists(tree))
                    continue;
                var metadata = new Dictionary<string, string> { ["Stage"] = row.ItemValue };
                if (use.Length > 0)
                    metadata[use] = "true";
                yield return new("ImageTree", row.Folder + suffix, metadata, tree);
            }
        }
        foreach (var script in StageTable.OfKind(StageKind.Scripts).SelectMany(row => Scripts(Path.Combine(manifest, row.Folder), "ImageScript", row.ItemValue)))
            yield return script;
        foreach (var test in Scripts(Path.Combine(manifest, "tests"), "ImageTest", ""))
            yield return test;
        var list = Path.Combine(manifest, "package-list");
        if (!File.Exists(list))
            yield break;
        foreach (var name in File.ReadLines(list).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
            yield return new("ImagePackage", MSBuildList.Escaped(name), new Dictionary<string, string>());
    }

    static IEnumerable<ProfileItem> Scripts(string? folder, string type, string stage) =>
        folder is null || !Directory.Exists(folder) ? [] : Directory.GetFiles(folder).Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal)
            .Select(file => new ProfileItem(type, MSBuildList.Escaped(Path.GetFileName(file)), stage.Length > 0 ? new Dictionary<string, string> { ["Stage"] = stage } : [], file));

    ProfileItem FromItem(ITaskItem item)
    {
        var known = (ITaskItem2)item;
        var custom = known.CloneCustomMetadataEscaped();
        var metadata = custom.Keys.Cast<string>().Where(name => name is not ("ProfileItem" or "IsContent")).ToDictionary(name => name, name => (string?)custom[name] ?? "");
        var type = item.GetMetadata("ProfileItem");
        foreach (var name in files.Where(name => type != "ImageSecret" && item.GetMetadata(name).Length > 0))
        {
            var file = absolute(item.GetMetadata(name));
            if (!File.Exists(file))
                throw new BuildException("IMG1006", $"{name} {file} of {type} {item.ItemSpec} does not exist or is no file.", project);
            var path = $"profile/files/{Files.Count}/{Path.GetFileName(file)}";
            Files.Add((file, path));
            metadata[name] = "$(MSBuildThisFileDirectory)../" + MSBuildList.Escaped(path);
        }
        if (item.GetMetadata("IsContent").Length == 0)
            return new(type, known.EvaluatedIncludeEscaped, metadata);
        var source = absolute(Path.TrimEndingDirectorySeparator(item.ItemSpec));
        if (!Path.Exists(source))
            throw new BuildException("IMG1006", $"{type} {source} does not exist.", project);
        return new(type, MSBuildList.Escaped(Path.GetFileName(source)), metadata, source);
    }
}
