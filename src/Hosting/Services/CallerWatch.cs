using ImageSdk.Srpc;

namespace ImageSdk.Hosting.Services;

/// <summary>For methods that send for as long as the caller listens.</summary>
public static class CallerWatch
{
    /// <summary>Ends something when the caller has gone, which shows at reading only.</summary>
    public static async Task EndWithCallerAsync(SrpcServerCall call, IDisposable subscription)
    {
        try
        {
            await call.WaitForEndAsync();
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or ObjectDisposedException)
        {
        }
        subscription.Dispose();
    }
}
