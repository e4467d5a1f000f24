using System.Globalization;
using System.Security.Cryptography;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Packaging;

/// <summary>
/// Brings an image that a job made to the store of artifacts, and makes its record. All attempts of a run use the same keys: what was uploaded before the
/// service ended is replaced.
/// </summary>
/// <param name="bucket">Where images go.</param>
sealed class ImagePublisher(RecordStore records, IArtifactStore artifacts, TimeProvider time, string bucket)
{
    static readonly TimeSpan[] pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)];

    /// <summary>Whether an earlier attempt has made the image's record, and with it all of the image.</summary>
    public async Task<bool> IsPublishedAsync(string imageId, CancellationToken cancellation) =>
        await records.FindAsync(RecordKinds.Images, imageId, isDeleted: false, cancellation) is { Link: not null };

    /// <exception cref="RunException">IMG7627: the store does not take it.</exception>
    public async Task PublishAsync(RunContext run, PackedImage image, CancellationToken cancellation)
    {
        var entries = new List<(ManifestEntry, string)>();
        foreach (var (name, type, file) in image.Files())
        {
            var path = PathOf(run.ImageId, name);
            var md5 = await DigestAsync(file, cancellation);
            if (run.IsResumed)
                await artifacts.AbandonAsync(path, cancellation);
            run.Log.Write(string.Create(CultureInfo.InvariantCulture, $"Uploading {name}, {new FileInfo(file).Length} bytes, to {path}"));
            var metadata = new Dictionary<string, string>
            {
                ["md5sum"] = md5, ["x-shasta-ims-image-name"] = PlainOf(run.Job.ImageRootArchiveName), ["x-shasta-ims-image-id"] = run.ImageId, ["x-shasta-ims-job-id"] = run.Job.Id,
            };
            entries.Add((new(type, md5, path), await TryAsync(run, () => artifacts.UploadAsync(path, file, metadata, cancellation), cancellation)));
        }
        var manifest = PathOf(run.ImageId, ImageManifest.FileName);
        var etag = await TryAsync(run, () => artifacts.WriteAsync(manifest, ImageManifest.Write(entries, time.GetUtcNow()), cancellation), cancellation);
        await records.AddAsync(RecordKinds.Images, new ImageRecord
        {
            Id = run.ImageId, Created = RecordTime.Of(time), Name = run.Job.ImageRootArchiveName, Arch = run.Job.Arch, Link = new(manifest.ToString(), "s3", etag),
        }, cancellation);
        run.Log.Write($"The image is {run.ImageId}");
    }

    /// <summary>Removes what was uploaded of an image that is not going to be.</summary>
    public async Task AbandonAsync(string imageId, CancellationToken cancellation)
    {
        foreach (var name in PackedImage.Names.Append(ImageManifest.FileName))
        {
            await artifacts.AbandonAsync(PathOf(imageId, name), cancellation);
            await artifacts.DeleteAsync(PathOf(imageId, name), cancellation);
        }
    }

    // Headers are of ASCII.
    static string PlainOf(string name) => name.All(letter => letter is >= ' ' and <= '~') ? name : Uri.EscapeDataString(name);

    ArtifactPath PathOf(string imageId, string name) => new(bucket, $"{imageId}/{name}");

    static async Task<string> TryAsync(RunContext run, Func<Task<string>> upload, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
            try
            {
                return await upload();
            }
            catch (ArtifactException problem) when (attempt < pauses.Length)
            {
                run.Log.Write($"The store of artifacts does not take it, trying again: {problem.Message}");
                await Task.Delay(pauses[attempt], cancellation);
            }
            catch (ArtifactException problem)
            {
                throw new RunException("IMG7627", $"The image cannot be brought to the store of artifacts: {problem.Message}", problem);
            }
    }

    static async Task<string> DigestAsync(string file, CancellationToken cancellation)
    {
        await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.Asynchronous);
        return Convert.ToHexStringLower(await MD5.HashDataAsync(content, cancellation));
    }
}
