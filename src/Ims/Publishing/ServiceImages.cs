using System.Net;
using System.Text.Json;
using ImageSdk.Ims.Http;
using ImageSdk.Ims.Records;

namespace ImageSdk.Ims.Publishing;

/// <summary>Looks for images of a service.</summary>
public static class ServiceImages
{
    /// <summary>The image with an id or, where none has it, the newest of a name that has a manifest.</summary>
    /// <param name="arch">"x86_64" or "aarch64"; images for another one are passed over.</param>
    /// <exception cref="ImsException">IMG7657: there is none.</exception>
    public static async Task<ServiceImage> FindAsync(ImsClient service, string nameOrId, string arch, CancellationToken cancellation)
    {
        if (Guid.TryParse(nameOrId, out _) && await FindByIdAsync(service, nameOrId, cancellation) is { } byId)
            return byId.Arch != arch ? throw None($"Image {nameOrId} of {service.Address} is for {byId.Arch}, and the project builds for {arch}.")
                : byId.Link is null ? throw None($"Image {nameOrId} of {service.Address} has no manifest yet. Upload its artifacts, and link it.")
                : byId;
        ServiceImage? newest = null;
        var others = 0;
        await foreach (var record in service.ListAsync($"/v3/images?name={Uri.EscapeDataString(nameOrId)}", cancellation))
            if (ServiceImage.Read(record) is { } image && image.Name == nameOrId)
            {
                if (image.Arch != arch || image.Link is null)
                    others++;
                else if (newest is null || StringComparer.Ordinal.Compare(image.Created, newest.Created) >= 0)
                    newest = image;
            }
        return newest ?? throw None(others > 0
            ? $"{service.Address} has {others} images named \"{nameOrId}\", and none of them is for {arch} and has a manifest."
            : $"{service.Address} has no image with the name or id \"{nameOrId}\". \"imagesdk ims images list\" shows what there is.");
    }

    /// <summary>What an image has. The original has no such list.</summary>
    public static async Task<ServiceArtifact[]> ListArtifactsAsync(ImsClient service, string id, CancellationToken cancellation) =>
        (await service.SendAsync(HttpMethod.Get, $"/v3/images/{id}/artifacts", null, cancellation)).Deserialize(RecordJson.Default.ServiceArtifactArray) ?? [];

    static async Task<ServiceImage?> FindByIdAsync(ImsClient service, string id, CancellationToken cancellation)
    {
        try
        {
            return ServiceImage.Read(await service.SendAsync(HttpMethod.Get, $"/v3/images/{id}", null, cancellation));
        }
        catch (ImsException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    static ImsException None(string message) => new("IMG7657", message);
}
