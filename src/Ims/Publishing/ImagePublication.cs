using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.Ims.Http;
using ImageSdk.Ims.Records;
using ImageSdk.Ims.Uploads;

namespace ImageSdk.Ims.Publishing;

/// <summary>
/// Brings an image to a service: record, artifacts, manifest, link. The same content under the same name is there once. What an attempt began that was
/// ended is completed by the next one; what one began that fails is removed.
/// </summary>
/// <param name="progress">Called with a line now and then.</param>
public sealed class ImagePublication(ImsClient service, IArtifactUpload uploads, Action<string> progress)
{
    const string ManifestName = "manifest.json";

    static readonly TimeSpan progressInterval = TimeSpan.FromSeconds(2);

    /// <returns>The record, and whether anything was uploaded.</returns>
    /// <exception cref="ImsException">The service or its S3 refuses.</exception>
    public async Task<(ServiceImage Image, bool Ran)> PublishAsync(NewImage image, CancellationToken cancellation)
    {
        var same = await FindAsync(image, cancellation);
        foreach (var known in same.Where(known => known.Link is not null).OrderByDescending(known => known.Created, StringComparer.Ordinal))
            if (await IsWholeAsync(known, cancellation))
                return (known, false);
        var begun = same.FirstOrDefault(known => known.Link is null);
        var record = begun ?? await CreateAsync(image, cancellation);
        try
        {
            return (await FillAsync(record, image, cancellation), true);
        }
        catch when (begun is null)
        {
            await RemoveAsync(record, image);
            throw;
        }
    }

    async Task<List<ServiceImage>> FindAsync(NewImage image, CancellationToken cancellation)
    {
        var same = new List<ServiceImage>();
        // The original answers with all of them.
        await foreach (var record in service.ListAsync($"/v3/images?name={Uri.EscapeDataString(image.Name)}", cancellation))
            if (ServiceImage.Read(record) is { Metadata: { } tags } known && known.Name == image.Name && known.Arch == image.Arch && tags.GetValueOrDefault(NewImage.ContentTag) == image.Content)
                same.Add(known);
        return same;
    }

    // Artifacts may have been removed behind the service's back.
    async Task<bool> IsWholeAsync(ServiceImage image, CancellationToken cancellation)
    {
        try
        {
            return await ServiceImages.ListArtifactsAsync(service, image.Id, cancellation) is { Length: > 0 } artifacts && artifacts.All(artifact => artifact.Url is not null);
        }
        catch (ImsException exception) when (exception.Status is HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity)
        {
            // The original has no such list, and no other way to ask.
            return exception.Status == HttpStatusCode.NotFound;
        }
    }

    async Task<ServiceImage> CreateAsync(NewImage image, CancellationToken cancellation)
    {
        var tags = new JsonObject { [NewImage.ContentTag] = image.Content };
        foreach (var (name, value) in image.Tags)
            tags[name] = value;
        var body = new JsonObject { ["name"] = image.Name, ["arch"] = image.Arch, ["metadata"] = tags };
        return ServiceImage.Read(await service.SendAsync(HttpMethod.Post, "/v3/images", body, cancellation))!;
    }

    async Task<ServiceImage> FillAsync(ServiceImage record, NewImage image, CancellationToken cancellation)
    {
        var report = Reporter(image.Artifacts.Sum(artifact => new FileInfo(artifact.File).Length));
        var listed = new List<ManifestArtifact>();
        foreach (var artifact in image.Artifacts)
            listed.Add(new(await uploads.UploadAsync(record.Id, artifact.Name, artifact.File, artifact.Md5, report, cancellation), artifact.Type, artifact.Md5));
        var manifest = Path.GetTempFileName();
        try
        {
            var created = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            var content = JsonSerializer.SerializeToUtf8Bytes(new ServiceManifest("1.0", created, listed), RecordJson.Default.ServiceManifest);
            await File.WriteAllBytesAsync(manifest, content, cancellation);
#pragma warning disable CA5351 // The interface has this one; it protects nothing.
            var md5 = Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351
            var link = await uploads.UploadAsync(record.Id, ManifestName, manifest, md5, _ => { }, cancellation);
            var body = new JsonObject { ["link"] = JsonSerializer.SerializeToNode(link, RecordJson.Default.ServiceLink) };
            return ServiceImage.Read(await service.SendAsync(HttpMethod.Patch, $"/v3/images/{record.Id}", body, cancellation))!;
        }
        finally
        {
            File.Delete(manifest);
        }
    }

    async Task RemoveAsync(ServiceImage record, NewImage image)
    {
        try
        {
            foreach (var name in image.Artifacts.Select(artifact => artifact.Name).Append(ManifestName))
                await uploads.DropAsync(record.Id, name, CancellationToken.None);
            await service.SendAsync(HttpMethod.Delete, $"/v2/images/{record.Id}?cascade=false", null, CancellationToken.None);
        }
        catch (ImsException exception)
        {
            // The next attempt finds the record by its tag, and completes it.
            progress($"Image {record.Id} stays without its artifacts: {exception.Message}");
        }
    }

    Action<long> Reporter(long all)
    {
        long done = 0;
        var last = TimeProvider.System.GetTimestamp();
        return sent =>
        {
            var now = Interlocked.Add(ref done, sent);
            if (TimeProvider.System.GetElapsedTime(Interlocked.Read(ref last)) < progressInterval)
                return;
            Interlocked.Exchange(ref last, TimeProvider.System.GetTimestamp());
            progress(string.Create(CultureInfo.InvariantCulture, $"Sending to {service.Address}: {now / 1e6:0} of {all / 1e6:0} MB"));
        };
    }
}
