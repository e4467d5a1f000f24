using System.Globalization;
using System.Security.Cryptography;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Packagers;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Settings;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Stages;

/// <summary>Says of each stage what it reads.</summary>
sealed class StageInputs(BuildPlan plan, DigestCache digests)
{
    readonly ImageManifest manifest = plan.Manifest;
    readonly ImageProject project = plan.Project;

    /// <returns>Empty where the stage has nothing to do.</returns>
    public string Describe(ImageStage stage)
    {
        var inputs = new InputsWriter(digests);
        var row = StageTable.Of(stage);
        switch (row.Kind)
        {
            case StageKind.Resolve:
                break; // It runs in every build, and finds out.
            case StageKind.Unpack:
                Bootstrap(inputs);
                break;
            case StageKind.Files:
                Files(inputs, stage);
                break;
            case StageKind.Scripts:
                Scripts(inputs, stage);
                break;
            case StageKind.Packages:
                Packages(inputs);
                break;
            case StageKind.CleanUp:
                CleanUp(inputs);
                break;
            case StageKind.Seal:
                Scan(inputs);
                break;
            case StageKind.Test:
                Test(inputs);
                break;
            default:
                throw StageTable.Unexpected(row.Kind);
        }
        return inputs.IsEmpty ? "" : $"{stage} {row.Version}\n{inputs}";
    }

    void CleanUp(InputsWriter inputs)
    {
        // A bootstrap is clean already, and a stage that only takes away has nothing to take from.
        if (project.Bootstrap is not null && !HasContent())
            return;
        inputs.Line("clean");
        foreach (var archive in project.Archives.Where(archive => !archive.Keep))
            inputs.Line("archive-removed", [archive.FileName, .. archive.Uris]);
        inputs.Line("identity", [.. project.Sandbox.KeptIdentity, "/", .. StageOperations.OwnIdentity(manifest)]);
        if (manifest.Trees.Any(tree => tree.Use == ProjectTreeUse.Append && StageTable.Of(tree.Stage).SurvivesCleanUp))
            inputs.Line("clean-keeps", "appended");
    }

    bool HasContent() => manifest.Packages.Count + manifest.Scripts.Count + manifest.Trees.Count + manifest.Files.Count + project.Archives.Count > 0;

    void Bootstrap(InputsWriter inputs)
    {
        if (project.Bootstrap is not { } bootstrap)
            return;
        // Raise it when a file is unpacked to another tree than before; bootstraps have nothing to do with it.
        if (bootstrap.IsUnpacked)
            inputs.Line("unpacker", "4");
        if (bootstrap.Download is { } download)
            inputs.Line("unpack", download.Digest);
        else if (bootstrap.SourceFile.Length > 0)
            inputs.File("unpack", bootstrap.SourceFile);
        else
            inputs.Line("bootstrap", [.. bootstrap.Command]);
        inputs.Line("architecture", project.Architecture);
        if (BuiltInPackagers.Find(bootstrap.PackagerType, project.PackagerTypes) is { } packager)
            inputs.Line("packager", GenericPackagerScript.Write(packager));
        if (plan.ReadLock()?.Bootstrap is not { } locked)
            return;
        inputs.Line("lock", ["essential", .. locked.Essential]);
        foreach (var call in locked.Calls)
            inputs.Line("lock", ["dpkg", .. call]);
        inputs.Line("lock", ["automatic", .. locked.Automatic]);
        Lock(inputs, locked.Packages);
    }

    static void Lock(InputsWriter inputs, IReadOnlyList<LockedPackage> packages)
    {
        foreach (var package in packages)
            inputs.Line("lock", "deb", package.Name, package.Version, package.Architecture, package.Sha256);
    }

    void Files(InputsWriter inputs, ImageStage stage)
    {
        if (stage == ImageStage.CopyFiles)
            foreach (var archive in project.Archives)
                inputs.Line("archive", [archive.Name, .. archive.Uris, "/", .. archive.Suites, "/", .. archive.Components, "/", .. archive.Architectures, "/", archive.PinPriority?.ToString(CultureInfo.InvariantCulture) ?? "", Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(archive.Key)))]);
        foreach (var tree in manifest.Trees.Where(tree => tree.Stage == stage))
            if (tree.Use == ProjectTreeUse.Template)
                inputs.TemplatedTree(tree.Directory, tree.TargetPath, manifest.Environment);
            else
                inputs.Tree(tree.Use == ProjectTreeUse.Append ? "append" : "tree", tree.Directory, tree.TargetPath);
        foreach (var tree in manifest.Trees.Where(tree => tree.Stage == stage && !tree.Owner.IsDefault))
            inputs.Line("owner", tree.Owner.User, tree.Owner.Group, tree.Owner.Mode, tree.Owner.DirectoryMode);
        foreach (var file in manifest.Files.Where(file => file.Stage == stage))
        {
            inputs.Line("file", file.TargetPath, file.Mode);
            inputs.File("", file.Source);
            if (!file.Owner.IsDefault)
                inputs.Line("owner", file.Owner.User, file.Owner.Group);
        }
        foreach (var (kind, text) in project.Settings.Of(stage) is { } settings ? SettingsText.Describe(settings) : [])
            inputs.Line(kind, text);
    }

    void Scripts(InputsWriter inputs, ImageStage stage)
    {
        var scripts = manifest.Scripts.Where(script => script.Stage == stage).ToList();
        if (scripts.Count == 0)
            return;
        foreach (var script in scripts)
            inputs.File("script", script.File);
        Environment(inputs, usesCommit: scripts.Any(script => ManifestText.Mentions(script.File, BuildEnvironment.CommitVariable)));
        Sandbox(inputs);
        Installation(inputs);
        inputs.Line("network", project.Sandbox.ScriptsNetwork ? "yes" : "no");
    }

    void Packages(InputsWriter inputs)
    {
        if (manifest.Packages.Count == 0)
            return;
        foreach (var package in manifest.Packages)
            inputs.Line("package", package.Name);
        if (!project.Sandbox.ScriptsNetwork)
            inputs.Line("network", "no");
        Environment(inputs, usesCommit: false);
        Sandbox(inputs);
        Installation(inputs);
        if (plan.ReadLock()?.Install is not { } locked)
            return;
        foreach (var step in locked.Steps)
            inputs.Line("lock", ["step", .. step.For, "/", .. step.Actions]);
        inputs.Line("lock", ["automatic", .. locked.Automatic]);
        Lock(inputs, locked.Packages);
    }

    void Environment(InputsWriter inputs, bool usesCommit)
    {
        foreach (var (name, value) in manifest.Environment)
            if (usesCommit || name != BuildEnvironment.CommitVariable)
                inputs.Line("variable", name, value);
    }

    void Sandbox(InputsWriter inputs)
    {
        foreach (var mount in project.Sandbox.BindMounts)
            inputs.Line("mount", mount.Source, mount.Target, mount.Writable ? "writable" : "read-only");
        // By name only: a key must not tell what a secret is.
        foreach (var secret in project.Sandbox.Secrets)
            inputs.Line("secret", secret.Name);
        if (project.Cache.BaseDirectory.Length > 0)
            inputs.Line("cache", project.Cache.MountPoint);
        foreach (var capability in project.Sandbox.Capabilities)
            inputs.Line("capability", capability);
    }

    // Without the answer that is the default there would have been a question, and no layer.
    void Installation(InputsWriter inputs)
    {
        if (project.Installation.Conffiles != ConffilePolicy.Keep)
            inputs.Line("conffiles", project.Installation.Conffiles.ToString());
    }

    void Scan(InputsWriter inputs)
    {
        inputs.Line("scan");
        foreach (var path in manifest.ExcludedPaths)
            inputs.Line("exclude", path);
        foreach (var file in manifest.ComputedFiles?.Value ?? [])
            inputs.Line("computed", file.Filename, file.Source);
        if (manifest.ComputedFiles is { Add: true })
            inputs.Line("computed-add");
        if (manifest.TestsDirectory is { } tests)
            inputs.Tree("tests", tests);
        foreach (var test in manifest.TestFiles)
            inputs.File("test", test);
        if (manifest.TestsDirectory is not null || manifest.TestFiles.Count > 0)
            inputs.Line("stream", project.Stream);
        foreach (var line in manifest.MtimesCopyFilter)
            inputs.Line("mtimes", line);
        if (project.SourceDateEpoch is { } epoch)
            inputs.Line("latest-time", epoch.ToString(CultureInfo.InvariantCulture));
    }

    // Also what becomes part of the record, which this stage writes.
    void Test(InputsWriter inputs)
    {
        inputs.Line("test", project.Sandbox.TestTimeout.TotalSeconds.ToString("R"), project.Sandbox.ScriptsNetwork ? "network" : "no-network");
        foreach (var capability in project.Sandbox.Capabilities)
            inputs.Line("capability", capability);
        inputs.Line("stream", project.Stream);
        if (manifest.Filter is { } filter)
            inputs.Line(filter.Add ? "filter-add" : "filter", [.. filter.Value]);
        if (manifest.Triggers is { } triggers)
            inputs.Line(triggers.Add ? "triggers-add" : "triggers", triggers.Value);
        foreach (var (name, value) in manifest.Tags ?? new Dictionary<string, string>())
            inputs.Line("tag", name, value);
        inputs.Line("owners", [.. manifest.OwnerUsers, "/", .. manifest.OwnerGroups]);
        Environment(inputs, usesCommit: true);
        inputs.Line("git", manifest.GitUrl, manifest.GitBranch, manifest.GitCommitId);
    }
}
