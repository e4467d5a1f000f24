using ImageSdk.Imaginator.Git;

namespace ImageSdk.Imaginator.Streams;

/// <summary>Where the manifest directory of a stream is.</summary>
/// <param name="Repository">A repository; null where it is a directory of this machine.</param>
/// <param name="Directory">Within the repository, or else the path of the directory.</param>
/// <param name="PublicUrl">The URL as the configuration has it, without variables expanded and without credentials: it goes into images.</param>
sealed record ManifestLocation(GitUrl? Repository, string Directory, string PublicUrl)
{
    const string LocalScheme = "dir:";

    /// <summary>Expands the URL and the directory: with the stream's variables, then those of the request, then secret ones.</summary>
    /// <exception cref="StreamException">They are none, or a slice is out of range.</exception>
    public static ManifestLocation Of(
        ManifestStream stream, string architecture, IReadOnlyDictionary<string, string> request, IReadOnlyDictionary<string, string> secrets)
    {
        var environment = StreamEnvironment.Of(stream, architecture);
        var (publicUrl, directory) = (stream.Configuration.ManifestUrl, StreamEnvironment.Expand(stream.Configuration.ManifestDirectory, LookUp));
        var url = StreamEnvironment.Expand(publicUrl, LookUp);
        if (url.Length == 0)
            throw new StreamException($"the stream {stream.Name} has no ManifestUrl");
        if (directory.Split('/').Contains(".."))
            throw new StreamException($"the manifest directory {directory} has \"..\" in it");
        if (!url.StartsWith(LocalScheme, StringComparison.Ordinal))
            return new(GitUrl.Parse(url), directory, GitUrl.WithoutWrittenCredentials(publicUrl));
        var path = url[LocalScheme.Length..];
        path = path.StartsWith("//", StringComparison.Ordinal) ? path[(path.IndexOf('/', 2) is >= 0 and var slash ? slash : path.Length)..] : path;
        if (!path.StartsWith('/'))
            throw new StreamException($"missing leading slash: {path}");
        return new(null, Path.Combine(path, directory.TrimStart('/')).TrimEnd('/'), publicUrl);

        string? LookUp(string name) =>
            environment.TryGetValue(name, out var own) ? own : request.TryGetValue(name, out var requested) ? requested : secrets.GetValueOrDefault(name);
    }
}
