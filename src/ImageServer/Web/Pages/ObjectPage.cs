using System.Text.Unicode;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>The content of a file, where everybody may read objects.</summary>
static class ObjectPage
{
    // Bytes; what is larger is no content to look at.
    const ulong MaximumShownSize = 1 << 20;

    // Bytes at the start that tell texts from other files.
    const int SampleSize = 4096;

    public static string PathOf(ObjectHash hash) => new PageLink("/getObject", hash.ToString()).ToString();

    /// <summary>Whether pages link to the content of a file.</summary>
    public static bool IsShown(WebSite site, RegularInode file) => site.ServesObjects && file.Size is > 0 and <= MaximumShownSize;

    public static async Task AnswerAsync(ImageRequest request)
    {
        if (!request.Site.ServesObjects)
            throw PageFault.NotFound(request.Path);
        var text = request.Query.RawNames.FirstOrDefault() ?? "";
        if (!ObjectHash.TryParse(text, out var hash))
            throw PageFault.BadParameter($"\"{text}\" is no hash: expected 128 hexadecimal digits.");
        using var content = Open(request, hash);
        var response = request.Response;
        var sample = new byte[(int)Math.Min(SampleSize, content.Length)];
        await content.ReadExactlyAsync(sample, request.Gone);
        response.ContentLength = content.Length;
        response.ContentType = IsText(sample, isWhole: sample.Length == content.Length) ? "text/plain; charset=utf-8" : "application/octet-stream";
        // Whatever an image's file holds, it is nothing that browsers may run in the site's name.
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        await response.Body.WriteAsync(sample, request.Gone);
        await content.CopyToAsync(response.Body, request.Gone);
    }

    static FileStream Open(ImageRequest request, ObjectHash hash)
    {
        try
        {
            return request.Site.Objects.OpenRead(hash);
        }
        catch (ObjectNotFoundException)
        {
            throw ImageFaults.UnknownObject($"There is no object {hash}.");
        }
    }

    static bool IsText(ReadOnlySpan<byte> sample, bool isWhole)
    {
        // The sample may end within a character.
        for (var cut = 0; cut <= (isWhole ? 0 : 3) && cut <= sample.Length; cut++)
        {
            var part = sample[..^cut];
            if (Utf8.IsValid(part))
                return !part.Contains((byte)0);
        }
        return false;
    }
}
