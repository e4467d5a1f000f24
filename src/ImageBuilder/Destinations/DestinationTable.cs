using ImageSdk.OpenStack;
using ImageSdk.OpenStack.Glance;
using ImageSdk.OpenStack.Settings;
using ImageSdk.OpenStack.Swift;

namespace ImageSdk.ImageBuilder.Destinations;

/// <summary>Opens destinations and data stores by what settings say of them.</summary>
static class DestinationTable
{
    const string Glance = "glance:";
    const string Swift = "swift:";
    const string S3 = "s3:";

    /// <param name="place">A directory, or "glance:CLOUD".</param>
    /// <param name="visibility">Of images in Glance; empty for its own default.</param>
    /// <exception cref="DestinationException">The cloud is not known.</exception>
    public static IImageDestination OpenImages(string place, string visibility = "") =>
        place.StartsWith(Glance, StringComparison.Ordinal) ? OpenGlance(place[Glance.Length..], visibility) : new DirectoryDestination(place);

    static GlanceDestination OpenGlance(string cloud, string visibility) => Guard(() =>
    {
        new NewImage("image", "qcow2") { Visibility = visibility }.Check();
        return new GlanceDestination(Read(cloud, ImageService.ServiceType), visibility);
    });

    /// <param name="place">A directory, "swift:CLOUD" or "s3:BUCKET/PREFIX".</param>
    /// <param name="isPublic">Whether whoever has the address of a file may read it, where the store knows who reads.</param>
    /// <exception cref="DestinationException">The cloud is not known.</exception>
    public static IDataStore OpenData(string place, bool isPublic = false)
    {
        if (place.StartsWith(Swift, StringComparison.Ordinal))
            return Guard(() => new SwiftDataStore(Read(place[Swift.Length..], SwiftService.ServiceType), isPublic));
        if (!place.StartsWith(S3, StringComparison.Ordinal))
            return new DirectoryDataStore(place);
        var parts = place[S3.Length..].Trim('/').Split('/', 2);
        return parts[0].Length > 0
            ? new S3DataStore(parts[0], parts.Length > 1 ? parts[1].TrimEnd('/') + '/' : "", isPublic)
            : throw new DestinationException("IMG7481", $"{place} names no bucket. Write s3:BUCKET or s3:BUCKET/PREFIX.", isTransient: false);
    }

    static CloudSettings Read(string cloud, string service) => CloudReader.Read(cloud, service, SettingsPlace.Process);

    static T Guard<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (OpenStackException problem)
        {
            throw new DestinationException(problem.Code, problem.Message, isTransient: false, problem);
        }
    }
}
