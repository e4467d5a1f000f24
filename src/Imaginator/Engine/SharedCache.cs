using ImageSdk.Contracts.Projects;

namespace ImageSdk.Imaginator.Engine;

/// <summary>Where machines share layers.</summary>
static class SharedCache
{
    /// <param name="place">A directory's path, or host:port of an image server; empty for nowhere.</param>
    /// <param name="server">How a server is reached.</param>
    public static RemoteCacheSettings? Of(string place, Func<string, ImageServerSettings> server) => place switch
    {
        "" => null,
        // A host's name has no slash.
        ['/' or '.', ..] => new() { Directory = Path.GetFullPath(place) },
        _ => new() { Server = server(place) },
    };
}
