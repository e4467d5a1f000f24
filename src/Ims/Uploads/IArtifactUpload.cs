using ImageSdk.Ims.Records;

namespace ImageSdk.Ims.Uploads;

/// <summary>Brings the artifacts of an image that has no link yet to where the service finds them.</summary>
public interface IArtifactUpload : IDisposable
{
    /// <param name="image">The image's id.</param>
    /// <param name="name">Of the artifact: the last part of its key.</param>
    /// <param name="file">Its content.</param>
    /// <param name="md5">Of the content, in hexadecimal digits.</param>
    /// <param name="sent">Called with the bytes that were sent since the last call.</param>
    /// <returns>Where it is.</returns>
    /// <exception cref="ImsException">It cannot be uploaded.</exception>
    Task<ServiceLink> UploadAsync(string image, string name, string file, string md5, Action<long> sent, CancellationToken cancellation);

    /// <summary>Removes an artifact that was uploaded, or was about to be.</summary>
    Task DropAsync(string image, string name, CancellationToken cancellation);
}
