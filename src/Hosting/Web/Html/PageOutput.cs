using System.IO.Pipelines;

namespace ImageSdk.Hosting.Web.Html;

/// <summary>How pages leave: a portion at a time, for as long as there is a reader.</summary>
public static class PageOutput
{
    /// <summary>Sends what was written, waits for a slow reader, and lets others have their turn.</summary>
    /// <exception cref="OperationCanceledException">The reader has gone; the web server itself would go on and throw all away.</exception>
    public static async ValueTask SendAsync(this PipeWriter output, CancellationToken gone)
    {
        var sent = await output.FlushAsync(gone);
        if (sent.IsCompleted || sent.IsCanceled)
            throw new OperationCanceledException("the reader has gone", gone);
        // A long page is work without a wait where the reader is fast.
        await Task.Yield();
    }
}
