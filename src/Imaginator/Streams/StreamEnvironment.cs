using ImageSdk.Images;

namespace ImageSdk.Imaginator.Streams;

/// <summary>The variables of a stream.</summary>
static class StreamEnvironment
{
    /// <summary>Its own, in which its name is expanded, and those that every stream has, which count more.</summary>
    /// <exception cref="StreamException">A slice is out of range: IMG7319.</exception>
    public static SortedDictionary<string, string> Of(ManifestStream stream, string architecture)
    {
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in stream.Configuration.Variables)
            environment[name] = Expand(value, variable => variable == "IMAGE_STREAM" ? stream.Name : null);
        var slash = stream.Name.LastIndexOf('/');
        environment["ARCH"] = architecture;
        environment["IMAGE_STREAM"] = stream.Name;
        environment["IMAGE_STREAM_DIRECTORY_NAME"] = slash < 0 ? "." : stream.Name[..slash];
        environment["IMAGE_STREAM_LEAF_NAME"] = stream.Name[(slash + 1)..];
        return environment;
    }

    /// <summary>Expands a text.</summary>
    /// <exception cref="StreamException">A slice is out of range: IMG7319.</exception>
    public static string Expand(string text, Func<string, string?> lookUp) =>
        VariableExpansion.Expand(text, lookUp, slice => throw new StreamException($"error IMG7319: the slice ${{{slice}}} is out of range. Correct its bounds."));
}
