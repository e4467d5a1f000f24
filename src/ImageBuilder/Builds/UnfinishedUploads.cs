using System.Globalization;
using ImageSdk.ImageBuilder.Destinations;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.ImageBuilder.Builds;

/// <summary>
/// Which builds have begun to bring an image to its destination, as files: a process that is killed meanwhile leaves something there. A build
/// that is tried again replaces it; that of one which is given up or cancelled before is removed here.
/// </summary>
/// <param name="directory">A file for each, named by the image's id, with the build's number in it. Made on demand.</param>
/// <param name="log">Of the daemon.</param>
sealed class UnfinishedUploads(string directory, JobQueue queue, IImageDestination images, Action<string> log, TimeProvider time)
{
    static readonly TimeSpan interval = TimeSpan.FromSeconds(10);

    readonly Dictionary<Guid, string> told = [];

    /// <summary>Notes that an upload begins. It stays noted until the build is over.</summary>
    public void Note(Guid image, long build)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, image.ToString()), build.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Looks after them until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            foreach (var (image, build) in Read())
                await TryRemoveAsync(image, build, stop);
            await Task.Delay(interval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return;
        }
    }

    IEnumerable<(Guid Image, long Build)> Read()
    {
        if (!Directory.Exists(directory))
            yield break;
        foreach (var file in Directory.EnumerateFiles(directory))
            // One that was cut off was noted by a process that was killed before it sent anything.
            if (Guid.TryParse(Path.GetFileName(file), out var image))
                yield return (image, long.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var build) ? build : 0);
    }

    async Task TryRemoveAsync(Guid image, long build, CancellationToken stop)
    {
        try
        {
            var job = build == 0 ? null : await queue.FindAsync(build, stop);
            if (job is not null && !job.State.IsFinal())
                return;
            if (job is not { State: JobState.Succeeded })
                await images.RemoveAsync(image, stop);
            File.Delete(Path.Combine(directory, image.ToString()));
            told.Remove(image);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The next start goes on.
        }
        catch (Exception problem) when (problem is DestinationException or IOException or UnauthorizedAccessException)
        {
            var text = $"IMG7422: what build {build} has left of image {image} at its destination cannot be removed, which is tried again: {problem.Message}";
            if (told.GetValueOrDefault(image) != text)
                log(told[image] = text);
        }
    }
}
