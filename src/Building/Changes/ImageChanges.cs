using ImageSdk.Building.Contents;
using ImageSdk.Building.State;
using ImageSdk.Comparison;
using ImageSdk.Comparison.Changelogs;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Storage;

namespace ImageSdk.Building.Changes;

/// <summary>
/// What a build finds out of how its image differs from the one before: compared in the background, while the tests run, and reported when the
/// build is done. One of these a build.
/// </summary>
sealed class ImageChanges
{
    Task<FoundChanges?>? comparing;

    /// <summary>The hash of the tree with which the image was compared; null where nothing was reported.</summary>
    public string? ReportedSince { get; private set; }

    /// <summary>
    /// Begins to compare an image that is about to be written with the record that lies in its place, or, where there is none, with the newest of
    /// its stream in the local store.
    /// </summary>
    /// <param name="built">The new image.</param>
    public void Begin(ImageProject project, BuiltImage built, Image image)
    {
        // Opened at once, as the record is about to be replaced; read later.
        var (name, open) = OpenLast(project);
        comparing = open is null ? null : BackgroundWork.Start(() => Compare(name, open, built, image));
    }

    /// <summary>What was found; null where nothing was compared. Waits for the comparison, and forgets it.</summary>
    public async Task<FoundChanges?> TakeAsync()
    {
        var compared = comparing is { } task ? await task : null;
        comparing = null;
        if (compared is not null)
            ReportedSince = compared.SinceTree;
        return compared;
    }

    static (string Name, Stream? Record) OpenLast(ImageProject project)
    {
        try
        {
            if (File.Exists(project.ImageFile))
                return (JsonFile.TryRead(project.ImageFile + ".json", StateJson.Default.BuiltImage)?.Name ?? "the last build", File.OpenRead(project.ImageFile));
            if (Directory.Exists(project.Store.ImageDirectory) && project.Store.Open().Images is var images && images.DirectoryExists(project.Stream)
                && images.FindLatest(project.Stream) is { } latest)
                return (latest, File.OpenRead(images.GetPath(latest)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StoreException)
        {
            // The build itself says what is wrong, where it matters.
        }
        return ("", null);
    }

    static FoundChanges? Compare(string name, Stream record, BuiltImage built, Image image)
    {
        try
        {
            using (record)
                return FoundChanges.Compare(name, ImageFile.Read(record), built.Name, image);
        }
        catch (Exception exception) when (exception is IOException or ImageFileException or ImageFormatException)
        {
            // A record that another version wrote, or that is damaged: there is nothing to compare with.
            return null;
        }
    }
}

/// <summary>A comparison, and the tree in which changelogs are looked for.</summary>
/// <param name="SinceTree">Hash of the older image's tree.</param>
sealed record FoundChanges(ChangeReport Report, FileSystem Tree, string SinceTree)
{
    /// <summary>Times alone do not count: each folder in which something changed has another one.</summary>
    /// <exception cref="ImageFormatException">A tree is missing, or cannot be walked.</exception>
    public static FoundChanges? Compare(string sinceName, Image since, string name, Image image) => since.FileSystem is { } tree && image.FileSystem is { } now
        ? new(ChangeReport.Of(sinceName, name, ImageComparison.Compare(since, image, ignoreTimes: true)), now, TreeHash.Compute(tree).ToString())
        : null;

    /// <summary>With what the changelogs of upgraded packages say, as far as the image has them.</summary>
    public ChangeReport WithChangelogs(IObjectSource objects) => Report with { Changelogs = ChangelogReader.Read(ChangelogFinder.Find(Tree, Report.Packages), objects) };

    /// <summary>The same, where contents have to be brought first.</summary>
    /// <param name="directory">For the contents; it is removed again.</param>
    public async Task<ChangeReport> WithChangelogsAsync(IImageContent content, string directory, CancellationToken cancellation)
    {
        var found = ChangelogFinder.Find(Tree, Report.Packages);
        if (found.Count == 0)
            return Report;
        try
        {
            Directory.CreateDirectory(directory);
            await content.StoreAsync([.. found.Select(changelog => new ImageObject(changelog.Path.Span[1..].ToArray(), changelog.Hash.Span.ToArray()))], directory, cancellation);
            return Report with { Changelogs = ChangelogReader.Read(found, new ObjectStore(directory, isDurable: false)) };
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
