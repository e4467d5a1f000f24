namespace ImageSdk.ImageServer.Web.Requests;

/// <summary>A request that cannot be answered, for a reason that the asker is told.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">One of docs/errors.md.</param>
/// <param name="title">What is wrong, in general.</param>
/// <param name="detail">What was found, and what to do.</param>
sealed class PageFault(int status, string code, string title, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public string Title { get; } = title;

    public static PageFault NotFound(string path) =>
        new(404, "IMG7501", "Page not found", $"There is no page {path}. The start page links to all there are.");

    public static PageFault UnknownImage(string name) => name.Length == 0
        ? new(404, "IMG7502", "Unknown image", "No image is named. Put its name behind the question mark, as in /showImage?base/img.0.")
        : new(404, "IMG7502", "Unknown image", $"There is no image {name}. It may have expired or been deleted; /listImages has all there are.");

    public static PageFault BadParameter(string detail) => new(400, "IMG7503", "Bad parameter", detail);

    public static PageFault UnknownPath(string path, string image) =>
        new(404, "IMG7504", "Unknown path", $"The image {image} has no {path}.");

    public static PageFault UnknownObject(string detail) => new(404, "IMG7505", "Unknown object", detail);

    public static PageFault DamagedImage(string detail) =>
        new(500, "IMG7506", "Damaged image", $"{detail}. Add the image again, or restore its file.");

    public static PageFault UnknownLog(string detail) => new(404, "IMG7507", "Unknown log", detail);

    public static PageFault NeedsCertificate(string host) => new(
        403, "IMG7180", "Certificate needed", $"This server shows that to those with a certificate only: ask over TLS and show yours, at https://{host}/.");

    public static PageFault Internal() =>
        new(500, "IMG7599", "Mistake of ours", "The server failed to make this page; its log says why.");
}
