using ImageSdk.Images;

namespace ImageSdk.Dominator.Trees;

/// <summary>Where a tree is: <c>BASE/tree/HASH</c>, with its parts at <c>BASE/tree/</c> and <c>BASE/blob/</c>.</summary>
public readonly record struct TreeUrl(string Base, ObjectHash Hash)
{
    const string Part = "/tree/";

    public string Trees => $"{Base}/tree";

    public string Blobs => $"{Base}/blob";

    /// <exception cref="TreeException">It is something else.</exception>
    public static TreeUrl Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Query.Length + url.Fragment.Length > 0)
            throw new TreeException($"not the URL of a tree: {text}");
        var at = text.LastIndexOf('/') - Part.Length + 1;
        if (at <= 0 || !text.AsSpan(at).StartsWith(Part, StringComparison.Ordinal))
            throw new TreeException("not a tree");
        return ObjectHash.TryParse(text.AsSpan(at + Part.Length), out var hash)
            ? new(text[..at], hash)
            : throw new TreeException($"not a tree: {text}: expected BASE/tree/ and 128 hexadecimal digits");
    }
}
