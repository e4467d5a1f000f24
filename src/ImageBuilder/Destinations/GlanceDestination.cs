using ImageSdk.OpenStack;
using ImageSdk.OpenStack.Glance;
using ImageSdk.OpenStack.Settings;

namespace ImageSdk.ImageBuilder.Destinations;

/// <summary>The image service of an OpenStack cloud.</summary>
/// <param name="visibility">Of images there; empty for the service's own default.</param>
sealed class GlanceDestination(CloudSettings settings, string visibility) : IImageDestination
{
    /// <summary>A property by which a build that is tried again finds what is left of an attempt before. An id of Glance serves once.</summary>
    const string Identity = "imagesdk_build";

    public async Task<PlacedImage> PlaceAsync(RebuiltImage image, Action<string> progress, CancellationToken cancellation)
    {
        try
        {
            using var images = new ImageService(settings, new DestinationLog(progress));
            var id = image.Id.ToString();
            await foreach (var left in images.ListAsync(new Dictionary<string, string> { [Identity] = id }, cancellation))
            {
                if (await ImageService.HasContentAsync(left, image.File, cancellation))
                    return await PlacedAsync(images, left.Id, cancellation);
                await images.DeleteAsync(left.Id, cancellation);
            }
            progress($"Sending the image to Glance ({settings})");
            var made = await images.UploadAsync(
                new(image.Name, image.DiskFormat) { Visibility = visibility, Properties = new Dictionary<string, string>(image.Properties) { [Identity] = id } }, image.File, cancellation: cancellation);
            return await PlacedAsync(images, made.Id, cancellation);
        }
        catch (OpenStackException problem)
        {
            throw new DestinationException(problem.Code, problem.Message, problem.IsTransient, problem);
        }
    }

    public async Task RemoveAsync(Guid image, CancellationToken cancellation)
    {
        try
        {
            using var images = new ImageService(settings);
            await foreach (var left in images.ListAsync(new Dictionary<string, string> { [Identity] = image.ToString() }, cancellation))
                await images.DeleteAsync(left.Id, cancellation);
        }
        catch (OpenStackException problem)
        {
            throw new DestinationException(problem.Code, problem.Message, problem.IsTransient, problem);
        }
    }

    static async Task<PlacedImage> PlacedAsync(ImageService images, Guid id, CancellationToken cancellation) => new(id.ToString(), (await images.LocationOfAsync(id, cancellation)).AbsoluteUri);
}

/// <summary>What a client of a cloud says, as lines of a build's log.</summary>
sealed class DestinationLog(Action<string> progress) : ICloudLog
{
    public void Progress(string line) => progress(line);

    public void Warn(string code, string message) => progress($"(warning) {code}: {message}");
}
