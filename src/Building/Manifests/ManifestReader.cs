using System.Text.Json;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Manifests;

/// <summary>
/// Reads the conventional files and directories beside a project and merges them with what the project itself says.
/// Lists are joined; two different answers to one question are an error.
/// </summary>
sealed class ManifestReader(ImageProject project, IBuildListener listener, CancellationToken cancellation)
{
    readonly ManifestDirectory directory = new(project);

    /// <param name="listener">Told of what is not used but may be meant to be.</param>
    public static ImageManifest Read(ImageProject project, IBuildListener listener, CancellationToken cancellation = default) =>
        new ManifestReader(project, listener, cancellation).Read();

    ImageManifest Read()
    {
        ProjectCheck.Check(project);
        cancellation.ThrowIfCancellationRequested();
        directory.WarnOfNearNames(listener);
        var git = project.Origin is { } origin ? new GitInfo(origin.Branch, origin.CommitId, origin.Url) : GitInfo.Find(project.ManifestDirectory);
        var environment = BuildEnvironment.Create(project, git?.CommitId);
        var file = directory.File("manifest");
        var manifest = file is null ? null : ManifestFile.Read(file, listener);
        var (source, place) = MergeSource(manifest, file);
        return new ImageManifest
        {
            SourceImage = Expand(source),
            SourceImagePlace = place,
            SourceImageGitCommitId = Expand(FirstOf(project.Source.GitCommitId, project.Source.ReplacesManifest ? "" : manifest?.SourceImageGitCommitId)),
            SourceImageTagsToMatch = MergeTagsToMatch(project.Source.ReplacesManifest ? null : manifest),
            SourceImageBuildVariables = MergeBuildVariables(manifest),
            ExcludedPaths = CheckFilter([.. manifest?.FilterLines ?? [], .. project.ExcludedPaths], file, "FilterLines"),
            MtimesCopyFilter = MergeMtimesFilter(manifest),
            Filter = ReadFilter(),
            Triggers = ReadTriggers(),
            ComputedFiles = ReadComputedFiles(),
            Tags = ReadTags(),
            OwnerUsers = [.. ReadOwners("Users"), .. project.OwnerUsers],
            OwnerGroups = [.. ReadOwners("Groups"), .. project.OwnerGroups],
            Packages = ReadPackages(),
            Trees = FindTrees(),
            Files = project.Files,
            Scripts = FindScripts(),
            TestsDirectory = directory.Folder(ManifestComponents.Tests),
            TestFiles = project.Tests,
            Environment = environment,
            GitBranch = git?.Branch ?? "",
            GitCommitId = git?.CommitId ?? "",
            GitUrl = git?.Url ?? "",
        };

        string Expand(string text) => VariableExpansion.Expand(text, environment.GetValueOrDefault);

        IReadOnlyDictionary<string, IReadOnlyList<string>> MergeTagsToMatch(ManifestFile? from)
        {
            var merged = new Dictionary<string, IReadOnlyList<string>>(from?.SourceImageTagsToMatch ?? new Dictionary<string, IReadOnlyList<string>>());
            foreach (var tag in project.Source.TagsToMatch.GroupBy(tag => tag.Name))
                merged[tag.Key] = [.. tag.SelectMany(value => value.Value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
            // A key all of whose values expand to nothing is an optional match that was not requested.
            return merged.Select(tag => (tag.Key, Values: (IReadOnlyList<string>)[.. tag.Value.Select(Expand)]))
                .Where(tag => tag.Values.Count == 0 || tag.Values.Any(value => value.Length > 0))
                .ToDictionary(tag => tag.Key, tag => tag.Values);
        }

        Dictionary<string, string> MergeBuildVariables(ManifestFile? from)
        {
            var merged = new Dictionary<string, string>(from?.SourceImageBuildVariables ?? new Dictionary<string, string>());
            foreach (var variable in project.Source.BuildVariables)
                merged[variable.Name] = variable.Value;
            return merged.ToDictionary(variable => variable.Key, variable => Expand(variable.Value));
        }
    }

    (string Source, Place Place) MergeSource(ManifestFile? manifest, string? file)
    {
        var ofProject = project.Source.Stream;
        var ofManifest = manifest?.SourceImage ?? "";
        if (ofProject.Length > 0 && ofManifest.Length > 0 && ofProject != ofManifest && !project.Source.ReplacesManifest)
            throw new BuildException("IMG1040",
                $"The source image is named twice: \"{ofManifest}\" in the manifest and \"{ofProject}\" in the project. Keep one.", file, manifest!.SourceImageLine);
        if (manifest is not null && ofManifest.Length == 0 && ofProject.Length == 0 && project.Bootstrap is null && manifest.SourceImageLine > 0)
            throw new BuildException("IMG1041", "SourceImage in the manifest is empty. Name the image stream to build on.", file, manifest.SourceImageLine);
        return ofProject.Length > 0 ? (ofProject, new Place(project.ProjectFile, 0)) : (ofManifest, new Place(file ?? project.ProjectFile, manifest?.SourceImageLine ?? 0));
    }

    static string FirstOf(string first, string? second) => first.Length > 0 ? first : second ?? "";

    IReadOnlyList<string> MergeMtimesFilter(ManifestFile? manifest)
    {
        var file = directory.File("manifest");
        var replace = CheckFilter([.. manifest?.MtimesCopyFilterLines ?? [], .. project.MtimesCopyFilterLines], file, "MtimesCopyFilterLines");
        var add = CheckFilter([.. manifest?.MtimesCopyAddFilterLines ?? [], .. project.MtimesCopyAddFilterLines], file, "MtimesCopyAddFilterLines");
        return replace.Count > 0 ? replace : add;
    }

    IReadOnlyList<string> CheckFilter(IReadOnlyList<string> lines, string? file, string what)
    {
        if (!new Filter(lines).IsValid(out var error, cancellation))
            throw new BuildException("IMG1020", $"{what}: {error.Message}", file ?? project.ProjectFile, FindText(file, error.Expression));
        return lines;
    }

    static int FindText(string? file, string text)
    {
        if (file is null)
            return 0;
        var lines = ManifestText.Reading(file, () => File.ReadAllLines(file));
        var index = Array.FindIndex(lines, line => line.Contains(text, StringComparison.Ordinal));
        return index < 0 ? Array.FindIndex(lines, line => line.Contains(JsonEncodedText.Encode(text).ToString(), StringComparison.Ordinal)) + 1 : index + 1;
    }

    Inheritable<IReadOnlyList<string>>? ReadFilter()
    {
        var (file, add) = OneOf("filter", "filter.add");
        if (file is null && project.FilterLines is null)
            return null;
        RefuseMixture("filter", file, add, project.FilterLines is not null, project.AddFilter);
        IReadOnlyList<string> ofFile = [];
        if (file is not null)
        {
            var text = ManifestText.Read(file);
            ofFile = ManifestText.Convert(file, () =>
            {
                var filter = Filter.Parse(text);
                filter.Validate(cancellation);
                return filter.Lines;
            });
        }
        IReadOnlyList<string> lines = [.. ofFile, .. CheckFilter(project.FilterLines ?? [], null, "ImageFilterLines")];
        return new(lines, file is not null ? add : project.AddFilter);
    }

    Inheritable<string>? ReadTriggers()
    {
        var (file, add) = OneOf("triggers", "triggers.add");
        if (file is null && project.Triggers.Count == 0)
            return null;
        RefuseMixture("triggers", file, add, project.Triggers.Count > 0, project.AddTriggers);
        var triggers = new List<Trigger>();
        if (file is not null)
        {
            var text = ManifestText.Read(file);
            triggers.AddRange(ManifestText.Convert(file, () =>
            {
                var parsed = Triggers.Parse(text, ManifestText.WarnOfMisnamed(file, listener));
                parsed.Validate();
                return parsed;
            }).List);
        }
        var ofProject = new Triggers([.. project.Triggers.Select(item => new Trigger
        {
            Service = item.Service, MatchLines = item.MatchLines, DoReboot = item.DoReboot, DoReload = item.DoReload,
            HighImpact = item.HighImpact, SortName = item.SortName,
        })]);
        ManifestText.Convert(project.ProjectFile, () => { ofProject.Validate(); return 0; });
        return new(new Triggers([.. triggers, .. ofProject.List]).ToJson(), file is not null ? add : project.AddTriggers);
    }

    Inheritable<IReadOnlyList<ComputedFileSetting>>? ReadComputedFiles()
    {
        var (plain, json) = (directory.File("computed-files"), directory.File("computed-files.json"));
        var (plainAdd, jsonAdd) = (directory.File("computed-files.add"), directory.File("computed-files.add.json"));
        RefuseBoth(plain, json);
        RefuseBoth(plainAdd, jsonAdd);
        RefuseBoth(plain ?? json, plainAdd ?? jsonAdd);
        var file = plain ?? json ?? plainAdd ?? jsonAdd;
        var add = (plainAdd ?? jsonAdd) is not null;
        if (file is null && project.ComputedFiles.Count == 0)
            return null;
        RefuseMixture("computed-files", file, add, project.ComputedFiles.Count > 0, project.AddComputedFiles);
        var files = new List<ComputedFileSetting>();
        if (file is not null)
        {
            var text = ManifestText.Read(file);
            files.AddRange(ManifestText.Convert(file, () => file.EndsWith(".json", StringComparison.Ordinal)
                    ? ComputedFile.ParseJson(text, ManifestText.WarnOfMisnamed(file, listener))
                    : ComputedFile.ParseLines(text))
                .Select(item => new ComputedFileSetting(item.Filename.ToString(), item.Source)));
        }
        files.AddRange(project.ComputedFiles.Select(item => new ComputedFileSetting(item.Filename, item.Source)));
        foreach (var item in files)
            if (!item.Filename.StartsWith('/') || item.Filename.Split('/').Any(part => part is "." or ".."))
                throw new BuildException("IMG1042", $"Computed file \"{item.Filename}\" is not an absolute path in the image.", file ?? project.ProjectFile);
        return new(files, file is not null ? add : project.AddComputedFiles);
    }

    static readonly string[] computedFileLists = ["computed-files", "computed-files.json", "computed-files.add", "computed-files.add.json"];

    /// <summary>Where the manifest or the project names a computed file.</summary>
    public static Place PlaceOfComputedFile(ImageProject project, string path)
    {
        var directory = new ManifestDirectory(project);
        foreach (var file in computedFileLists.Select(directory.File).OfType<string>().Append(project.ProjectFile).Where(File.Exists))
            if (FindText(file, path) is > 0 and var line)
                return new(file, line);
        return new(project.ProjectFile, 0);
    }

    IReadOnlyDictionary<string, string>? ReadTags()
    {
        var file = directory.File("tags.json");
        var ofFile = file is null ? null : ManifestText.ReadJson(file, json => json.ReadTable("tags.json", (value, name) => value.ReadText($"tag \"{name}\"")));
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in ofFile ?? new Dictionary<string, string>())
            tags[name] = value;
        foreach (var tag in project.Tags)
        {
            if (tags.TryGetValue(tag.Name, out var present) && present != tag.Value)
                throw new BuildException("IMG1043",
                    $"Tag \"{tag.Name}\" has two values: \"{present}\" and \"{tag.Value}\". Keep one.", file ?? project.ProjectFile, FindText(file, tag.Name));
            tags[tag.Name] = tag.Value;
        }
        return tags.Count == 0 ? null : tags;
    }

    IReadOnlyList<string> ReadOwners(string member) => directory.File("owners.json") is { } file
        ? ManifestText.ReadJson(file, json =>
            json.ReadMembers("owners.json", ["Users", "Groups"], member == "Users" ? ManifestText.WarnOfMisnamed(file, listener) : null)
                .GetValueOrDefault(member)?.ReadTexts(member) ?? [])
        : [];

    List<PackageRequest> ReadPackages()
    {
        var packages = new List<PackageRequest>();
        if (directory.File("package-list") is { } file)
        {
            var number = 0;
            foreach (var line in ManifestText.Read(file).Split('\n'))
            {
                number++;
                if (line.Trim() is { Length: > 0 } name && name[0] != '#')
                    packages.Add(new(name, file, number));
            }
        }
        packages.AddRange(project.Packages.Select(name => new PackageRequest(name, project.ProjectFile, 0)));
        return [.. packages.DistinctBy(package => package.Name)];
    }

    List<ProjectTreeItem> FindTrees()
    {
        var trees = new List<ProjectTreeItem>();
        foreach (var (name, stage, use) in ManifestComponents.Trees)
        {
            var items = project.Trees.Where(item => item.Stage == stage && item.Use == use).ToLookup(item => item.ComesFirst);
            trees.AddRange(items[true]);
            if (directory.Folder(name) is { } tree)
                trees.Add(new(tree, stage, use));
            trees.AddRange(items[false]);
        }
        return trees;
    }

    List<ProjectScriptItem> FindScripts()
    {
        var scripts = new List<ProjectScriptItem>();
        foreach (var (name, stage) in ManifestComponents.Scripts)
        {
            var ofStage = project.Scripts.Where(script => script.Stage == stage).ToList();
            if (directory.Folder(name) is { } scriptsDirectory)
                foreach (var file in ManifestText.Reading(scriptsDirectory, () => Directory.GetFileSystemEntries(scriptsDirectory)))
                {
                    if (Path.GetFileName(file).StartsWith('.'))
                        continue;
                    var kind = ManifestDirectory.KindOf(file);
                    if (kind == FileKind.Directory)
                        throw new BuildException("IMG1044", $"{file} is a directory; {name}/ holds scripts only. Move it, or give it a name that begins with \".\".", file);
                    if (kind != FileKind.Regular)
                        throw new BuildException("IMG1045", $"{file} can't be used as a script: it is no file, leads nowhere, or has a name that is not UTF-8.", file);
                    ofStage.Add(new(file, stage));
                }
            if (ofStage.GroupBy(script => Path.GetFileName(script.File)).FirstOrDefault(group => group.Count() > 1) is { } twice)
                throw new BuildException("IMG1046", $"Two scripts of {name} are called \"{twice.Key}\"; their order is undefined. Rename one.", twice.First().File);
            scripts.AddRange(ofStage.OrderBy(script => Path.GetFileName(script.File), VersionOrder.Instance));
        }
        return scripts;
    }

    (string? File, bool Add) OneOf(string name, string addName)
    {
        var (file, add) = (directory.File(name), directory.File(addName));
        RefuseBoth(file, add);
        return (file ?? add, add is not null);
    }

    static void RefuseBoth(string? left, string? right)
    {
        if (left is not null && right is not null)
            throw new BuildException("IMG1021",
                $"{Path.GetFileName(left)} and {Path.GetFileName(right)} exclude each other: the first replaces what the source image has, the second adds to it. Remove one.", right);
    }

    static void RefuseMixture(string what, string? file, bool fileAdds, bool inProject, bool projectAdds)
    {
        if (file is not null && inProject && fileAdds != projectAdds)
            throw new BuildException("IMG1021",
                $"The project {(projectAdds ? "adds to" : "replaces")} the source image's {what} and {Path.GetFileName(file)} {(fileAdds ? "adds to" : "replaces")} it. Say it in one way.", file);
    }
}
