using System.Net.Sockets;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc;

/// <summary>The server's side of <see cref="LocalUpgrade"/>: the built-in service, which has no name.</summary>
sealed class LocalUpgradeService
{
    // At once. More callers than that stay on TCP.
    const int MaxOffers = 64;

    static readonly SrpcMethodOptions options = new() { Limits = new GobLimits { MaxValueBytes = 1 << 10, MaxDefinitions = 8 } };

    int offers;

    public static SrpcService Create() => new SrpcService("") { Grants = (_, _) => true }
        .Stream(LocalUpgrade.MethodName, new LocalUpgradeService().RunAsync, options);

    async Task RunAsync(SrpcServerCall call)
    {
        var request = await call.ReadAsync(LocalUpgradeRequestOne.Gob);
        try
        {
            using var offer = Interlocked.Increment(ref offers) <= MaxOffers ? LocalSocketOffer.TryOpen(call.Aborted) : null;
            if (offer is null)
                await call.WriteAsync(LocalUpgradeResponseOne.Gob, new() { Error = "no socket" });
            else
                await ServeAsync(call, offer, request.ClientCookie);
        }
        finally
        {
            Interlocked.Decrement(ref offers);
        }
    }

    static async Task ServeAsync(SrpcServerCall call, LocalSocketOffer offer, byte[] clientCookie)
    {
        await call.WriteAsync(LocalUpgradeResponseOne.Gob, new() { ServerCookie = offer.Cookie, SocketPathname = offer.Name });
        await call.FlushAsync();
        // Longer than the offer holds, so that a late caller gets an error and a silent one does not keep it.
        var request = await call.ReadAsync(LocalUpgradeRequestTwo.Gob).AsTask().WaitAsync(2 * LocalUpgrade.ArrivalTime);
        if (!request.SentServerCookie)
            return;
        if (offer.Take() is not { } socket)
        {
            await call.WriteAsync(LocalUpgradeResponseTwo.Gob, new() { Error = "cookie not found" });
            return;
        }
        LocalUpgrade.Widen(socket);
        var stream = new NetworkStream(socket, ownsSocket: true);
        call.GoOnOver(stream);
        await call.WriteAsync(LocalUpgradeResponseTwo.Gob, new());
        await call.FlushAsync();
        await stream.WriteAsync(clientCookie, call.Aborted);
    }
}
