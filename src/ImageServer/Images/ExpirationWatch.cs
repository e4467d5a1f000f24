using ImageSdk.Hosting.Logs;

namespace ImageSdk.ImageServer.Images;

/// <summary>Removes images whose time has come. Looks at the clock every second, so that a clock that was set is followed.</summary>
sealed class ExpirationWatch(ImageCatalogue images, TimeProvider time, ServerLog log)
{
    static readonly TimeSpan interval = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            var now = time.GetUtcNow();
            foreach (var header in images.List(header => header.IsExpired(now)))
            {
                try
                {
                    images.Expire(header);
                    log.Write($"Expired image: {header.Name}");
                }
                catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
                {
                    log.Write($"Expired image {header.Name} could not be removed: {problem.Message}");
                }
            }
        }
    }
}
