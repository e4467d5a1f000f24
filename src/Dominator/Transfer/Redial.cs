using ImageSdk.Srpc;

namespace ImageSdk.Dominator.Transfer;

/// <summary>Says how often and when a lost connection is made again.</summary>
sealed class Redial(TransferOptions options)
{
    int attempt;

    /// <summary>Something got through: patience starts over.</summary>
    public void Reset() => attempt = 0;

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="problem">Why there has to be one.</param>
    /// <exception cref="SrpcException">There have been enough.</exception>
    public async Task WaitAsync(SrpcException problem, CancellationToken cancellation)
    {
        if (++attempt > options.Attempts)
            throw new SrpcException(problem.Message, problem);
        await Task.Delay(options.FirstPause * (1 << Math.Min(attempt - 1, 10)), cancellation);
    }
}
