using ImageSdk.Hosting.Web.Requests;

namespace ImageSdk.ImageServer.Web.Requests;

/// <summary>Why pages about images cannot be had.</summary>
static class ImageFaults
{
    public static PageFault UnknownImage(string name) => name.Length == 0
        ? new(404, "IMG7502", "Unknown image", "No image is named. Put its name behind the question mark, as in /showImage?base/img.0.")
        : new(404, "IMG7502", "Unknown image", $"There is no image {name}. It may have expired or been deleted; /listImages has all there are.");

    public static PageFault UnknownPath(string path, string image) =>
        new(404, "IMG7504", "Unknown path", $"The image {image} has no {path}.");

    public static PageFault UnknownObject(string detail) => new(404, "IMG7505", "Unknown object", detail);

    public static PageFault DamagedImage(string detail) =>
        new(500, "IMG7506", "Damaged image", $"{detail}. Add the image again, or restore its file.");
}
