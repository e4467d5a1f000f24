using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Import;

/// <summary>Where a tree is: <c>BASE/tree/HASH</c>, with its parts at <c>BASE/tree/</c> and <c>BASE/blob/</c>.</summary>
readonly record struct TreeUrl(string Base, ObjectHash Hash)
{
    const string Part = "/tree/";

    public string Trees => $"{Base}/tree";

    public string Blobs => $"{Base}/blob";

    /// <exception cref="SrpcException">It is something else.</exception>
    public static TreeUrl Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Query.Length + url.Fragment.Length > 0)
            throw new SrpcException($"not the URL of a tree: {text}");
        var at = text.LastIndexOf(Part, StringComparison.Ordinal);
        return at > 0 && ObjectHash.TryParse(text.AsSpan(at + Part.Length), out var hash)
            ? new(text[..at], hash)
            : throw new SrpcException($"not a tree: {text}: expected BASE/tree/ and 128 hexadecimal digits");
    }
}
