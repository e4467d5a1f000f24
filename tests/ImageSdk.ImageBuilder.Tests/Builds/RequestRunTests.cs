using System.Text;
using System.Text.Json;
using ImageSdk.Contracts.Networking;
using ImageSdk.ImageBuilder.Builds;
using ImageSdk.ImageBuilder.Destinations;
using ImageSdk.ImageBuilder.Messages;
using ImageSdk.ImageBuilder.Orders;
using ImageSdk.ImageBuilder.Outbound;
using ImageSdk.ImageBuilder.Requests;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Running;

namespace ImageSdk.ImageBuilder.Tests.Builds;

/// <summary>A request beside its build.</summary>
public class RequestRunTests
{
    [Fact]
    public async Task A_cancelled_request_never_reports_that_its_build_failed()
    {
        using var folder = new Folder();
        await using var queue = await JobQueue.OpenAsync(folder["jobs.db"]);
        using var http = CancelUrl.CreateClient(DeniedNetworks.Parse(""));
        // The broker is away: the last message stays in the outbox.
        using var sender = new ProgressSender(AmqpSettings.Parse("amqp://127.0.0.1:1/"), new(folder["outbox"], TimeProvider.System), _ => { }, TimeProvider.System);
        var run = new RequestRun(queue, sender, new(http, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), TimeProvider.System), new DirectoryDataStore(folder["data"]), TimeSpan.FromMinutes(1), TimeProvider.System);
        using var late = new CancellationTokenSource();
        JobContext? context = null;
        var begun = new TaskCompletionSource();
        var builds = new ImageBuilds(
            queue,
            // The request's own cancellation reaches it as late as the test says.
            (of, _) => run.RunAsync(context = of, late.Token),
            async (_, stop) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, stop);
                return null;
            },
            1, _ => { });
        using var stopping = new CancellationTokenSource();
        var running = builds.RunAsync(stopping.Token);
        var job = await builds.SubmitAsync(new("1", new("cloud", ["http://127.0.0.1:1/a.img"], "trusty"), [], ["libfoo"], "anyone", null), [], null, CancellationToken.None);
        await begun.Task;
        await Wait.UntilAsync(() => context is not null);

        await builds.CancelAsync(job, "no longer wanted", CancellationToken.None);
        await queue.WaitAsync(RequestOrder.Read(job.Input).Build, CancellationToken.None);
        await Wait.UntilAsync(() => context!.StopReason == JobStopReason.Cancelled);
        await Task.Delay(300);
        await late.CancelAsync();
        await queue.WaitAsync(job.Id, CancellationToken.None);
        await stopping.CancelAsync();
        await running;

        using var kept = JsonDocument.Parse(await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(folder["outbox"]))));
        using var message = JsonDocument.Parse(Encoding.UTF8.GetString(kept.RootElement.GetProperty("Body").GetBytesFromBase64()));
        Assert.Equal("CANCELLED", message.RootElement.GetProperty("state").GetString());
    }
}
