using System.Text;
using ImageSdk.Building.Changes;
using ImageSdk.Building.Scanning;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Building.Publishing;

/// <summary>Makes the image record of a tree that was scanned and tested: filter, triggers, tags, owners, log and origin.</summary>
/// <param name="masked">Texts that the log may not have, beside the project's secrets: layers may be older than they are.</param>
/// <param name="changes">Compares an image that is another than before; null where that is not wanted.</param>
sealed class ImageComposer(BuildPlan plan, StateDirectory state, LayerStore layers, ImageRecords records, IReadOnlyCollection<string> masked, ImageChanges? changes)
{
    readonly Lazy<SecretMask> secrets = new(() => ProjectSecrets.Mask(plan.Project, masked));

    /// <summary>Works out what there is to write, which changes nothing. An image that came out equal keeps its name and log.</summary>
    public ComposedImage Compose(Image tree, StageState sealedState, SourceImage source)
    {
        var manifest = plan.Manifest;
        var addsToSource = manifest.Filter is { Add: true } || manifest.Triggers is { Add: true };
        var from = source.ImageFile is { } sourceFile && addsToSource ? records.Read(sourceFile) : null;
        var image = tree with
        {
            BuildBranch = manifest.GitBranch,
            BuildCommitId = manifest.GitCommitId,
            BuildGitUrl = manifest.GitUrl,
            Filter = manifest.Filter is not { } filter ? null
                : filter.Add ? Filter.Merge(from?.Filter, new Filter(filter.Value)) ?? new Filter([]) : new Filter(filter.Value),
            OwnerGroups = manifest.OwnerGroups,
            OwnerUsers = manifest.OwnerUsers,
            SourceImage = source.Name,
            Tags = ExpandTags(),
            Triggers = ComposeTriggers(from),
        };
        var treeHash = TreeHash.Compute(image.FileSystem!);
        var file = plan.Project.ImageFile;
        var name = ImageName.Format(plan.Project.Stream, DateTime.Now);
        var built = new BuiltImage(name, plan.Project.Stream, sealedState.Key, treeHash.ToString(), layers.Root, sealedState.Layers);
        if (JsonFile.TryRead(file + ".json", StateJson.Default.BuiltImage) is { } before && before.TreeHash == built.TreeHash && FindEqual(file, image, treeHash) is { } present && !KeptLogTells())
            return new(present, built with { Name = before.Name }, Log: null);
        changes?.Begin(plan.Project, built, image);
        var log = Encoding.UTF8.GetBytes(ReadLog(sealedState));
        return new(image with { BuildLog = new Annotation(ObjectHash.Of(log)) }, built, log);
    }

    /// <summary>Writes bin/…/name.image and its companion.</summary>
    public void Write(ComposedImage composed)
    {
        var file = plan.Project.ImageFile;
        if (composed.Log is { } log)
        {
            AtomicFile.Write(state.LogFile, stream => stream.Write(log));
            records.Write(file, composed.Image);
        }
        else
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
        }
        JsonFile.Write(file + ".json", composed.Built, StateJson.Default.BuiltImage);
    }

    /// <summary>The record that is there, where it says the same but for its log.</summary>
    static Image? FindEqual(string file, Image image, ObjectHash treeHash)
    {
        if (!File.Exists(file))
            return null;
        var present = ImageRecord.Read(file);
        return TreeHash.Compute(present.FileSystem!) == treeHash && Describe(present) == Describe(image) ? present : null;
    }

    /// <summary>All but the tree, which has its own hash, and the log.</summary>
    static string Describe(Image image) => CacheKey.Of(
        image.BuildBranch, image.BuildCommitId, image.BuildGitUrl, image.SourceImage,
        image.Filter is null ? "sparse" : string.Join('\n', image.Filter.Lines),
        string.Join('\n', image.OwnerGroups), string.Join('\n', image.OwnerUsers),
        image.Triggers?.ToJson() ?? "", ImageTags.Format(image.Tags ?? new Dictionary<string, string>()),
        string.Join('\n', image.Packages.Select(package => package.ToString())),
        TimesOf(image.FileSystem!));

    // Not part of the tree's hash, but of the image.
    static string TimesOf(FileSystem fileSystem)
    {
        var times = new StringBuilder();
        foreach (var entry in fileSystem.Walk())
            if (entry.Inode is RegularInode { Mtime: var regular })
                times.Append(regular.Seconds).Append('.').Append(regular.Nanoseconds).Append(' ');
            else if (entry.Inode is SpecialInode { Mtime: var special })
                times.Append(special.Seconds).Append('.').Append(special.Nanoseconds).Append(' ');
        return times.ToString();
    }

    Dictionary<string, string>? ExpandTags()
    {
        if (plan.Manifest.Tags is not { } tags)
            return null;
        var environment = plan.Manifest.Environment;
        return tags
            .Select(tag => (tag.Key, tag.Value, Expanded: VariableExpansion.Expand(tag.Value, environment.GetValueOrDefault)))
            .Where(tag => tag.Value.Length == 0 || tag.Expanded.Length > 0)
            .ToDictionary(tag => tag.Key, tag => tag.Expanded);
    }

    Triggers? ComposeTriggers(Image? from)
    {
        if (plan.Manifest.Triggers is not { } triggers)
            return null;
        var own = Triggers.Parse(triggers.Value);
        return triggers.Add ? Triggers.Merge(from?.Triggers, own) ?? own : own;
    }

    string ReadLog(StageState sealedState)
    {
        var log = new StringBuilder();
        foreach (var layer in sealedState.Logs)
            if (File.Exists(layers.LogFile(layer)))
                log.Append(File.ReadAllText(layers.LogFile(layer)));
        return log.Length == 0 ? "Nothing was run.\n" : secrets.Value.ApplyToLines(log.ToString());
    }

    /// <summary>Whether the log of an earlier build has a secret in it that is known only now.</summary>
    bool KeptLogTells() => plan.Project.Sandbox.Secrets.Count + masked.Count > 0 && File.Exists(state.LogFile) && secrets.Value.Finds(File.ReadAllText(state.LogFile));
}

/// <summary>An image that can be written.</summary>
/// <param name="Log">Output of all stages; null where the very image is there already.</param>
sealed record ComposedImage(Image Image, BuiltImage Built, byte[]? Log);
