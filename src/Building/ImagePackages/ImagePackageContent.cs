using System.Xml.Linq;
using ImageSdk.Building.Contents;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees;
using ImageSdk.Trees.ImagePackages;

namespace ImageSdk.Building.ImagePackages;

/// <summary>What a built image brings into a NuGet package, as files for NuGet's own pack task:
/// <code>
/// package/root.image                the image's record, without its log
/// package/objects.zst               the contents of the image's files (PackedObjects)
/// package/THIRD-PARTY-NOTICES.txt   licences of the packages in it
/// package/image.props               the item that tells a project where they are
/// </code>
/// A file is written where it is missing or the image is newer.
/// </summary>
/// <param name="content">Of the image's files.</param>
sealed class ImagePackageContent(BuildPlan plan, IImageContent content)
{
    /// <summary>Where the package has them.</summary>
    const string ImagePath = "image/root.image", ObjectsPath = "image/root.objects.zst";

    public async Task<ImagePackageFiles> MakeAsync(string directory, string id, string version, CancellationToken cancellation)
    {
        var file = plan.Project.ImageFile;
        var built = JsonFile.TryRead(file + ".json", StateJson.Default.BuiltImage)
            ?? throw new BuildException("IMG7002", $"There is no image to pack: {file} has not been built. Build the project first.", plan.Project.ProjectFile);
        Directory.CreateDirectory(directory);
        var files = new ImagePackageFiles(
            Path.Combine(directory, "root.image"), Path.Combine(directory, "objects.zst"), Path.Combine(directory, "THIRD-PARTY-NOTICES.txt"), Path.Combine(directory, "image.props"),
            ImageName.TryParse(NameOf(built), out _, out var time) ? new(time, TimeSpan.Zero) : null);
        if (!IsNewer(files.Objects, file) || !IsNewer(files.Notices, file))
            await content.PackAsync(files.Objects, files.Notices, cancellation);
        // The log is no part of the package, and differs from one build of the same image to the next.
        if (!IsNewer(files.Image, file))
            ImageRecord.Write(files.Image, ImageRecord.Read(file) with { BuildLog = null });
        AtomicFile.WriteWhenDifferent(files.Props, DescribeProps(built, id, version));
        return files;
    }

    static bool IsNewer(string file, string image) => File.Exists(file) && File.GetLastWriteTimeUtc(file) >= File.GetLastWriteTimeUtc(image);

    // An image that is built once more has another name, and is the same package.
    string NameOf(BuiltImage built) =>
        plan.Project.SourceDateEpoch is { } seconds ? ImageName.Format(built.Stream, DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime) : built.Name;

    string DescribeProps(BuiltImage built, string id, string version) => new XElement("Project",
        new XComment($" The image that this package carries, for projects of ImageSdk. "),
        new XElement("ItemGroup",
            new XElement("ImagePackageSource", new XAttribute("Include", $"$(MSBuildThisFileDirectory)../{ImagePath}"),
                new XElement("PackageId", id),
                new XElement("PackageVersion", version),
                new XElement("Stream", built.Stream),
                new XElement("ImageName", NameOf(built)),
                new XElement("Architecture", plan.Project.Architecture),
                new XElement("TreeHash", built.TreeHash),
                new XElement("Objects", $"$(MSBuildThisFileDirectory)../{ObjectsPath}")))) + "\n";
}
