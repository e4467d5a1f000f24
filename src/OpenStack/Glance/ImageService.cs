using ImageSdk.OpenStack.Http;
using ImageSdk.OpenStack.Keystone;
using ImageSdk.OpenStack.Settings;

namespace ImageSdk.OpenStack.Glance;

/// <summary>Images of a cloud. Safe for many uploads at once.</summary>
public sealed class ImageService : IDisposable
{
    /// <summary>Type of the service in settings and catalogues.</summary>
    public const string ServiceType = "image";

    static readonly TimeSpan cleanUpTime = TimeSpan.FromMinutes(1);
    static readonly TimeSpan pollInterval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan longestPoll = TimeSpan.FromMinutes(30);

    /// <summary>Attempts of an upload, each of which sends all of the image.</summary>
    const int MostUploads = 4;

    readonly CloudSession session;
    readonly GlanceClient glance;
    readonly TimeProvider clock;

    /// <exception cref="OpenStackException">IMG7454: a certificate of the settings cannot be read.</exception>
    public ImageService(CloudSettings settings, ICloudLog? log = null, RetryPolicy? retries = null, TimeProvider? clock = null)
    {
        this.clock = clock ?? TimeProvider.System;
        session = new(settings, retries ?? RetryPolicy.Usual, log ?? SilentCloudLog.Instance, this.clock);
        glance = new(new(session, ServiceType));
    }

    /// <summary>How long a content may take to become an image that was sent to the end, when the connection broke off before the answer came.</summary>
    internal TimeSpan LostAnswerPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Where an image's record is.</summary>
    public Task<Uri> LocationOfAsync(Guid id, CancellationToken cancellation = default) => glance.AddressOfAsync(id, "", cancellation);

    /// <summary>Null where there is none.</summary>
    public Task<GlanceImage?> GetAsync(Guid id, CancellationToken cancellation = default) => glance.GetAsync(id, cancellation);

    /// <summary>Images of a name, the newest first; all that the user sees where it is empty.</summary>
    public IAsyncEnumerable<GlanceImage> ListAsync(string name = "", CancellationToken cancellation = default) =>
        ListAsync(name.Length > 0 ? new Dictionary<string, string> { ["name"] = name } : [], cancellation);

    /// <summary>Images that have all that is asked for, the newest first.</summary>
    public IAsyncEnumerable<GlanceImage> ListAsync(IReadOnlyDictionary<string, string> filters, CancellationToken cancellation = default) => glance.ListAsync(filters, cancellation);

    /// <returns>False where there was none.</returns>
    public Task<bool> DeleteAsync(Guid id, CancellationToken cancellation = default) => glance.DeleteAsync(id, cancellation);

    /// <summary>Changes what is known of an image; the value null removes a property.</summary>
    public Task<GlanceImage> ChangeAsync(Guid id, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellation = default) => glance.ChangeAsync(id, changes, cancellation);

    /// <summary>An active image of that name with the content of a file; null where there is none. The file is read only where its size fits.</summary>
    public async Task<GlanceImage?> FindSameAsync(string name, string diskFormat, string file, CancellationToken cancellation = default)
    {
        var size = new FileInfo(file) is { Exists: true } info ? info.Length : -1;
        ContentDigests? digests = null;
        await foreach (var image in glance.ListAsync(new Dictionary<string, string> { ["name"] = name, ["status"] = "active" }, cancellation))
            if (image.Name == name && image.DiskFormat == diskFormat && image.Size == size && Compare(image, digests ??= await ContentDigests.OfAsync(file, cancellation)) == Comparison.Same)
                return image;
        return null;
    }

    /// <summary>Whether an image has the content of a file, by what Glance tells of it.</summary>
    public static async Task<bool> HasContentAsync(GlanceImage image, string file, CancellationToken cancellation = default) =>
        image.IsActive && image.Size == LengthOf(file) && Compare(image, await ContentDigests.OfAsync(file, cancellation)) == Comparison.Same;

    /// <summary>
    /// Makes an image of a file: record, content, comparison of what arrived with what was sent. Where that fails or is cancelled, nothing
    /// is left of it; where it may succeed later, all is tried again.
    /// </summary>
    /// <param name="progress">Called with the bytes that have been sent, and with those of the file.</param>
    /// <returns>The image as Glance has it, active.</returns>
    /// <exception cref="OpenStackException">Glance refuses it, or cannot be reached, or has other bytes than were sent.</exception>
    public async Task<GlanceImage> UploadAsync(NewImage image, string file, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var made = await glance.CreateAsync(image, cancellation);
            try
            {
                return await SendAsync(made, file, progress, cancellation);
            }
            catch (Exception problem)
            {
                await RemoveAsync(made.Id);
                if (problem is not OpenStackException { IsTransient: true } || attempt == Math.Min(MostUploads, glance.Retries.Attempts))
                    throw;
                glance.Log($"{problem.Message} The image is sent once more.");
                await Task.Delay(glance.Retries.DelayAfter(attempt), cancellation);
            }
        }
    }

    async Task<GlanceImage> SendAsync(GlanceImage made, string file, Action<long, long>? progress, CancellationToken cancellation)
    {
        using var digests = new PassingDigests();
        var length = LengthOf(file);
        ContentDigests? sent = length == 0 ? digests.Finish(0) : null;
        try
        {
            await glance.UploadAsync(made.Id, touch => new SentFile(() => File.OpenRead(file), length, file, "application/octet-stream", (piece, all) =>
            {
                touch();
                // It begins again where a request is repeated.
                if (all == 0)
                    digests.Finish(0);
                digests.Add(piece.Span);
                progress?.Invoke(all, length);
                if (all == length)
                    sent = digests.Finish(length);
            }), cancellation);
        }
        catch (OpenStackException problem) when (problem.IsTransient && sent is not null)
        {
            // All was sent and the answer got lost: the record tells.
            if (await WaitAsync(made.Id, LostAnswerPatience, cancellation) is not { IsActive: true })
                throw;
        }
        var stored = await WaitAsync(made.Id, longestPoll, cancellation)
            ?? throw new OpenStackException("IMG7464", $"The image {made.Id} has vanished from Glance while it was made. Look who deletes images there, and try again.");
        var address = await glance.AddressOfAsync(made.Id, "", cancellation);
        if (!stored.IsActive)
            throw new OpenStackException("IMG7464", $"{address}: the image is {stored.Status} after its content was sent, and not active. Look at the log of Glance and at its store.", isTransient: true);
        switch (Compare(stored, sent!))
        {
            case Comparison.Different:
                throw new OpenStackException("IMG7463",
                    $"{address}: Glance has other content than was sent ({stored.Size} bytes, MD5 {stored.Checksum}, in the place of {sent!.Size} bytes, MD5 {sent.Md5}). It was deleted there; look at the network, at what lies between, and at Glance's store.", isTransient: true);
            case Comparison.SizeOnly:
                glance.Warn("IMG7476", $"{address}: Glance tells no digest of the content, so that only its size was compared.");
                break;
        }
        return stored;
    }

    static long LengthOf(string file)
    {
        try
        {
            return new FileInfo(file).Length;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OpenStackException("IMG7477", $"{file} cannot be read to be sent: {exception.Message.TrimEnd('.')}. Make it readable, and try again.", inner: exception);
        }
    }

    async Task<GlanceImage?> WaitAsync(Guid id, TimeSpan longest, CancellationToken cancellation)
    {
        for (var started = clock.GetTimestamp(); ; await Task.Delay(pollInterval, clock, cancellation))
        {
            var image = await glance.GetAsync(id, cancellation);
            if (image is not { IsComing: true } || clock.GetElapsedTime(started) > longest)
                return image;
        }
    }

    /// <summary>Also where all has been cancelled: a record without content would stay for ever.</summary>
    async Task RemoveAsync(Guid id)
    {
        using var time = new CancellationTokenSource(cleanUpTime);
        try
        {
            await glance.DeleteAsync(id, time.Token);
        }
        catch (Exception exception) when (exception is OpenStackException or OperationCanceledException)
        {
            glance.Warn("IMG7465", $"The record {id} of an upload that failed could not be deleted: {exception.Message} Delete it by hand (openstack image delete {id}).");
        }
    }

    enum Comparison
    {
        Same,
        Different,

        /// <summary>Glance tells no digest.</summary>
        SizeOnly,
    }

    static Comparison Compare(GlanceImage image, ContentDigests digests)
    {
        var known = image.HashValue.Length > 0 ? digests.Of(image.HashAlgorithm) : null;
        if (image.Size != digests.Size || image.Checksum.Length > 0 && image.Checksum != digests.Md5 || known is not null && known != image.HashValue)
            return Comparison.Different;
        return image.Checksum.Length > 0 || known is not null ? Comparison.Same : Comparison.SizeOnly;
    }

    /// <summary>Brings the content of an image into a file, and compares it with what Glance says of it. An incomplete file never has the name.</summary>
    /// <exception cref="OpenStackException">There is no such image, or what came is not it.</exception>
    public async Task DownloadAsync(Guid id, string file, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        var partial = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, $".{Path.GetFileName(file)}~");
        try
        {
            for (var attempt = 1; ; attempt++)
                try
                {
                    await FetchAsync(id, partial, progress, cancellation);
                    break;
                }
                catch (OpenStackException problem) when (problem.IsTransient && attempt < glance.Retries.Attempts)
                {
                    glance.Log($"{problem.Message} The image is fetched once more.");
                    await Task.Delay(glance.Retries.DelayAfter(attempt), cancellation);
                }
            File.Move(partial, file, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    async Task FetchAsync(Guid id, string partial, Action<long>? progress, CancellationToken cancellation)
    {
        var address = await glance.AddressOfAsync(id, "/file", cancellation);
        var image = await glance.GetAsync(id, cancellation);
        if (image is not { IsActive: true, Size: { } size })
            throw new OpenStackException("IMG7466", $"{address}: there is no active image ({(image is null ? "nothing of that id is seen" : $"it is {image.Status}")}).");
        await using (var target = new FileStream(partial, FileMode.Create, FileAccess.Write))
            if (!await glance.DownloadAsync(id, target, size, progress, cancellation))
                throw new OpenStackException("IMG7466", $"{address}: the image has no content.");
        if (Compare(image, await ContentDigests.OfAsync(partial, cancellation)) == Comparison.Different)
            throw new OpenStackException("IMG7467", $"{address}: what came is not what Glance says the image is ({new FileInfo(partial).Length} bytes in the place of {size}, or another digest). Look at the network and what lies between.", isTransient: true);
    }

    public void Dispose() => session.Dispose();
}
