using ImageSdk.ImageBuilder.Destinations;

namespace ImageSdk.ImageBuilder.Builds;

/// <summary>Keeps documents in a store that may be away for a while.</summary>
static class DataRetry
{
    static readonly TimeSpan[] pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30)];

    /// <inheritdoc cref="IDataStore.PutAsync"/>
    public static async Task<string> PutAsync(IDataStore data, string container, string name, string contentType, Stream content, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
            try
            {
                content.Position = 0;
                return await data.PutAsync(container, name, contentType, content, cancellation);
            }
            catch (DestinationException problem) when (problem.IsTransient && attempt < pauses.Length)
            {
                await Task.Delay(pauses[attempt], cancellation);
            }
    }
}
