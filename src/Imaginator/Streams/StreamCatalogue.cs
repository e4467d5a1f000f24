using ImageSdk.Imaginator.Configuration;

namespace ImageSdk.Imaginator.Streams;

/// <summary>The streams that can be built: those of the main configuration, and those of the streams file as it is now.</summary>
/// <param name="main">The main configuration.</param>
/// <param name="file">The streams file.</param>
sealed class StreamCatalogue(MainConfiguration main, StreamsFile file)
{
    public MainConfiguration Main => main;

    public StreamsFile File => file;

    /// <summary>A stream. Bootstrap streams count before those of the streams file, and there names before patterns.</summary>
    /// <returns>Null where there is none of the name.</returns>
    /// <exception cref="AmbiguousStreamException">Several patterns match.</exception>
    public BuildableStream? Find(string name)
    {
        if (main.BootstrapStreams.TryGetValue(name, out var bootstrap))
            return new BootstrapStream(name, bootstrap);
        return file.Current.Find(name) is { } stream ? new ManifestStream(name, stream) : null;
    }

    /// <summary>A stream; one that is not known has the streams file read again at once.</summary>
    /// <inheritdoc cref="Find"/>
    public async Task<BuildableStream?> FindWithReloadAsync(string name, CancellationToken cancellation) =>
        Find(name) ?? (await file.ReloadAsync(cancellation) ? Find(name) : null);

    /// <summary>The streams that have names, not patterns, in order.</summary>
    public IReadOnlyList<BuildableStream> List()
    {
        var table = file.Current;
        return
        [
            .. main.BootstrapStreams.Select(each => (BuildableStream)new BootstrapStream(each.Key, each.Value))
                .Concat(table.Streams.Where(each => !main.BootstrapStreams.ContainsKey(each.Key)).Select(each => new ManifestStream(each.Key, each.Value)))
                .OrderBy(stream => stream.Name, StringComparer.Ordinal),
        ];
    }
}
