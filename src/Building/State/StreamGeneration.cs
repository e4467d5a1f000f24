using ImageSdk.Contracts;

namespace ImageSdk.Building.State;

/// <summary>
/// What a stream takes from package repositories ages without any input changing. When a younger image is requested,
/// the stream starts a new generation, which its bootstrap and its packages have in their keys.
/// </summary>
static class StreamGeneration
{
    public static string KeyOf(string stream) => CacheKey.Of("stream", stream);
}
