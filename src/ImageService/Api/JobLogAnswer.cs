using System.Text;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Resources;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Api;

/// <summary>The log of a job: as text, with <c>follow=true</c> until the job is over; as server-sent events where they are asked for, which follow it.</summary>
static class JobLogAnswer
{
    public static async Task WriteAsync(ApiRequest request, JobResource jobs)
    {
        var job = await jobs.GetAsync(request.Id, isDeleted: false, request.Cancellation);
        if (request.WantsEvents)
            await request.WriteEventsAsync(EventsAsync());
        else
            await request.WriteTextAsync(TextAsync());

        async IAsyncEnumerable<(string?, string)> EventsAsync()
        {
            await foreach (var line in jobs.LogAsync(job.Id, RunLogPosition.Parse(request.LastEventId), follow: true, request.Cancellation))
                yield return ($"{line.Next}", Encoding.UTF8.GetString(line.Line).TrimEnd('\n'));
        }

        async IAsyncEnumerable<byte[]> TextAsync()
        {
            // The last lines of a job that is over may still be on their way.
            await foreach (var line in jobs.LogAsync(job.Id, default, request.IsTrue("follow") || JobStatus.IsFinal(job.Status), request.Cancellation))
                yield return line.Line;
        }
    }
}
