using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ImageSdk.OpenStack.Http;
using ImageSdk.OpenStack.Keystone;

namespace ImageSdk.OpenStack.Glance;

/// <summary>The requests of Glance's interface, version 2.</summary>
sealed class GlanceClient(ServiceClient service)
{
    const string PatchType = "application/openstack-images-v2.1-json-patch";
    const int PageSize = 200;

    /// <summary>A list without end is no list of images.</summary>
    const int MostPages = 10_000;

    /// <summary>A store behind Glance may take its time to finish what it was given.</summary>
    static readonly TimeSpan uploadPatience = TimeSpan.FromMinutes(10);

    public RetryPolicy Retries => service.Retries;

    public void Log(string line) => service.Log(line);

    public void Warn(string code, string message) => service.Warn(code, message);

    /// <summary>Address of an image's record.</summary>
    public async Task<Uri> AddressOfAsync(Guid id, string rest = "", CancellationToken cancellation = default) =>
        await FindAsync($"images/{id:D}{rest}", cancellation);

    // Catalogues have it with the version and without.
    async Task<Uri> FindAsync(string path, CancellationToken cancellation)
    {
        var root = (await service.FindEndpointAsync(cancellation)).AbsoluteUri.TrimEnd('/');
        var last = root[(root.LastIndexOf('/') + 1)..];
        if (last is ['v', >= '0' and <= '9', ..])
            root = root[..^(last.Length + 1)];
        return new($"{root}/v2/{path}");
    }

    /// <summary>Makes a record without content.</summary>
    /// <exception cref="OpenStackException">IMG7462: Glance does not take it.</exception>
    public async Task<GlanceImage> CreateAsync(NewImage image, CancellationToken cancellation)
    {
        image.Check();
        // Chosen here, so that a second attempt finds what the first one made, and not two.
        var id = Guid.NewGuid();
        using var answer = await service.SendAsync(new(HttpMethod.Post, await FindAsync("images", cancellation)) { Content = JsonBody.Of(json => Write(json, id, image)) }, cancellation);
        if (answer.Status == HttpStatusCode.Conflict && await GetAsync(id, cancellation) is { Status: "queued" } made)
            return made;
        if (answer.Status != HttpStatusCode.Created)
            throw new OpenStackException("IMG7462", $"{answer.Name} is answered with {await answer.DescribeAsync()}. Glance does not take the image \"{image.Name}\".");
        return await ReadImageAsync(answer);
    }

    static void Write(Utf8JsonWriter json, Guid id, NewImage image)
    {
        json.WriteStartObject();
        json.WriteString("id", id.ToString("D"));
        json.WriteString("name", image.Name);
        json.WriteString("disk_format", image.DiskFormat);
        json.WriteString("container_format", image.ContainerFormat);
        if (image.Visibility.Length > 0)
            json.WriteString("visibility", image.Visibility);
        json.WriteNumber("min_disk", image.MinimumDisk);
        json.WriteNumber("min_ram", image.MinimumMemory);
        json.WriteStartArray("tags");
        foreach (var tag in image.Tags.Distinct(StringComparer.Ordinal))
            json.WriteStringValue(tag);
        json.WriteEndArray();
        foreach (var (name, value) in image.Properties)
            json.WriteString(name, value);
        json.WriteEndObject();
    }

    /// <summary>Null where there is none.</summary>
    public async Task<GlanceImage?> GetAsync(Guid id, CancellationToken cancellation)
    {
        using var answer = await service.SendAsync(new(HttpMethod.Get, await AddressOfAsync(id, "", cancellation)), cancellation);
        if (answer.Status == HttpStatusCode.NotFound)
            return null;
        await RequireAsync(answer);
        return await ReadImageAsync(answer);
    }

    /// <summary>Images that have what is asked for, the newest first.</summary>
    /// <param name="filters">Names of members and properties with their values: name, status, os_distro….</param>
    public async IAsyncEnumerable<GlanceImage> ListAsync(IReadOnlyDictionary<string, string> filters, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var query = string.Concat(filters.Select(filter => $"&{Uri.EscapeDataString(filter.Key)}={Uri.EscapeDataString(ValueOf(filter.Key, filter.Value))}"));
        Guid? marker = null;
        for (var page = 0; page < MostPages; page++)
        {
            var from = marker is { } last ? $"&marker={last:D}" : "";
            using var answer = await service.SendAsync(
                new(HttpMethod.Get, await FindAsync($"images?limit={PageSize.ToString(CultureInfo.InvariantCulture)}&sort=created_at:desc{query}{from}", cancellation)), cancellation);
            await RequireAsync(answer);
            using var document = await answer.ReadJsonAsync();
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("images", out var images) || images.ValueKind != JsonValueKind.Array)
                throw answer.Malformed("there is no list of images in it");
            GlanceImage? read = null;
            foreach (var image in images.EnumerateArray())
                yield return read = GlanceImage.Read(image) ?? throw answer.Malformed("an image has no id or status");
            // What is asked for next is made of the last id: the server's own link may lead anywhere.
            if (read is null || read.Id == marker || !document.RootElement.TryGetProperty("next", out _))
                yield break;
            marker = read.Id;
        }
    }

    // Of these Glance takes what precedes a colon for an operator, be it one or not.
    static string ValueOf(string name, string value) => name is "id" or "name" or "status" or "container_format" or "disk_format" ? "eq:" + value : value;

    /// <summary>Sends the content of a record. What comes of it, the record says.</summary>
    /// <exception cref="OpenStackException">IMG7462: Glance does not take it; or it could not be sent.</exception>
    public async Task UploadAsync(Guid id, Func<Action, HttpContent> content, CancellationToken cancellation)
    {
        using var answer = await service.SendAsync(
            new(HttpMethod.Put, await AddressOfAsync(id, "/file", cancellation)) { Content = content, IsRepeatable = false, ExpectsContinue = true, Patience = uploadPatience }, cancellation);
        if (answer.Status != HttpStatusCode.NoContent)
            throw new OpenStackException("IMG7462", $"{answer.Name} is answered with {await answer.DescribeAsync()}. Glance does not take the content of the image{(answer.Status == HttpStatusCode.RequestEntityTooLarge ? ": look at the quota and the size that the site permits" : "")}.");
    }

    /// <summary>Writes the content of an image into a stream.</summary>
    /// <returns>False where it has none.</returns>
    public async Task<bool> DownloadAsync(Guid id, Stream target, long longest, Action<long>? progress, CancellationToken cancellation)
    {
        using var answer = await service.SendAsync(new(HttpMethod.Get, await AddressOfAsync(id, "/file", cancellation)), cancellation);
        if (answer.Status is HttpStatusCode.NoContent or HttpStatusCode.NotFound)
            return false;
        await RequireAsync(answer);
        await answer.CopyToAsync(target, longest, progress);
        return true;
    }

    /// <returns>False where there was none.</returns>
    public async Task<bool> DeleteAsync(Guid id, CancellationToken cancellation)
    {
        using var answer = await service.SendAsync(new(HttpMethod.Delete, await AddressOfAsync(id, "", cancellation)), cancellation);
        if (answer.Status == HttpStatusCode.NotFound)
            return false;
        await RequireAsync(answer);
        return true;
    }

    /// <summary>Changes properties of an image; the value null removes one.</summary>
    public async Task<GlanceImage> ChangeAsync(Guid id, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellation)
    {
        using var answer = await service.SendAsync(new(HttpMethod.Patch, await AddressOfAsync(id, "", cancellation)) { Content = JsonBody.Of(json => Write(json, changes), PatchType) }, cancellation);
        await RequireAsync(answer);
        return await ReadImageAsync(answer);
    }

    static void Write(Utf8JsonWriter json, IReadOnlyDictionary<string, string?> changes)
    {
        json.WriteStartArray();
        foreach (var (name, value) in changes)
        {
            json.WriteStartObject();
            json.WriteString("op", value is null ? "remove" : "add");
            json.WriteString("path", "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
            if (value is not null)
                json.WriteString("value", value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static async Task RequireAsync(ServiceAnswer answer)
    {
        if (answer.Status == HttpStatusCode.NotFound)
            throw new OpenStackException("IMG7466", $"{answer.Name} is answered with {await answer.DescribeAsync()}. There is no such image, or one is not allowed to see it.");
        if (!answer.IsSuccess)
            throw new OpenStackException("IMG7462", $"{answer.Name} is answered with {await answer.DescribeAsync()}. Look at what the user may do there, and at the log of Glance.");
    }

    static async Task<GlanceImage> ReadImageAsync(ServiceAnswer answer)
    {
        using var document = await answer.ReadJsonAsync();
        return GlanceImage.Read(document.RootElement) ?? throw answer.Malformed("it is no image with id and status");
    }
}
