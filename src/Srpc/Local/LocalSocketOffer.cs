using System.Net.Sockets;
using System.Security.Cryptography;

namespace ImageSdk.Srpc;

/// <summary>
/// A Unix socket on which a server waits for one caller who is on another connection. It has a name and a cookie of its
/// own, and is gone once the caller has come, takes too long, or is given up.
/// </summary>
sealed class LocalSocketOffer : IDisposable
{
    // All users of the machine see the name, so others may come too. They get nothing, and end the offer if there are many.
    const int MaxVisitors = 16;

    readonly Socket listener;
    readonly CancellationTokenSource limit;
    readonly TaskCompletionSource<Socket?> arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
    bool isTaken;

    LocalSocketOffer(Socket listener, string name, CancellationToken cancellation)
    {
        this.listener = listener;
        Name = name;
        limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(LocalUpgrade.ArrivalTime);
        _ = WelcomeAsync(limit.Token);
    }

    /// <summary>In the abstract namespace, with <c>@</c> in front.</summary>
    public string Name { get; }

    /// <summary>What the caller has to write first.</summary>
    public byte[] Cookie { get; } = RandomNumberGenerator.GetBytes(LocalUpgrade.CookieSize);

    /// <summary>Starts to listen; null where the system gives no socket.</summary>
    public static LocalSocketOffer? TryOpen(CancellationToken cancellation)
    {
        var name = $"@SRPC.{Environment.ProcessId}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        var listener = LocalUpgrade.NewSocket();
        try
        {
            listener.Bind(LocalUpgrade.Address(name));
            listener.Listen(MaxVisitors);
            return new(listener, name, cancellation);
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }

    /// <summary>The caller's socket; null where no caller came with the right cookie.</summary>
    public Socket? Take()
    {
        isTaken = arrival.Task.IsCompleted;
        return isTaken ? arrival.Task.Result : null;
    }

    public void Dispose()
    {
        limit.Cancel();
        limit.Dispose();
        listener.Dispose();
        arrival.TrySetResult(null);
        if (!isTaken)
            arrival.Task.Result?.Dispose();
    }

    async Task WelcomeAsync(CancellationToken cancellation)
    {
        using var listening = listener;
        using var ending = cancellation.UnsafeRegister(static arrival => ((TaskCompletionSource<Socket?>)arrival!).TrySetResult(null), arrival);
        try
        {
            for (var visitors = 0; visitors < MaxVisitors && !arrival.Task.IsCompleted; visitors++)
                _ = CheckAsync(await listener.AcceptAsync(cancellation), cancellation);
            await arrival.Task;
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            arrival.TrySetResult(null);
        }
    }

    async Task CheckAsync(Socket visitor, CancellationToken cancellation)
    {
        var isCaller = false;
        try
        {
            await using var stream = new NetworkStream(visitor, ownsSocket: false);
            var cookie = new byte[LocalUpgrade.CookieSize];
            await stream.ReadExactlyAsync(cookie, cancellation);
            if (!CryptographicOperations.FixedTimeEquals(cookie, Cookie))
                return;
            // In this order: the caller may tell at once that the cookie is here.
            isCaller = arrival.TrySetResult(visitor);
            if (isCaller)
                await stream.WriteAsync(new[] { LocalUpgrade.Acknowledgement }, cancellation);
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException)
        {
            // A stranger, or a caller who gave up.
        }
        finally
        {
            if (!isCaller)
                visitor.Dispose();
        }
    }
}
