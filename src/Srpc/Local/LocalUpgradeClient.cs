using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ImageSdk.Srpc;

/// <summary>The client's side of <see cref="LocalUpgrade"/>.</summary>
static class LocalUpgradeClient
{
    // A server that does not acknowledge is one of before the acknowledgement, or another process.
    static readonly TimeSpan acknowledgementTime = TimeSpan.FromSeconds(2);

    /// <summary>Whether a transport leads to this machine, as far as can be seen.</summary>
    public static bool IsLocal(Stream transport)
    {
        try
        {
            return transport is NetworkStream { Socket: { LocalEndPoint: IPEndPoint local, RemoteEndPoint: IPEndPoint remote } } &&
                local.Address.Equals(remote.Address);
        }
        catch (SocketException)
        {
            // The server is gone already, which the first call will show.
            return false;
        }
    }

    /// <summary>Asks for a Unix socket and goes there.</summary>
    /// <returns>The new transport; null where the connection stays as it is, because the server says so or cannot be reached there.</returns>
    /// <exception cref="SrpcException">The connection is lost.</exception>
    public static async Task<Stream?> TryAsync(SrpcConnection connection, CancellationToken cancellation)
    {
        try
        {
            await using var call = await connection.OpenCallAsync(LocalUpgrade.Method, cancellation);
            return await TryAsync(call, cancellation);
        }
        catch (SrpcException refusal) when (refusal.IsFromServer)
        {
            return null;
        }
    }

    static async Task<Stream?> TryAsync(SrpcClientCall call, CancellationToken cancellation)
    {
        var cookie = RandomNumberGenerator.GetBytes(LocalUpgrade.CookieSize);
        await call.WriteAsync(LocalUpgradeRequestOne.Gob, new() { ClientCookie = cookie });
        await call.FlushAsync();
        var offer = await call.ReadAsync(LocalUpgradeResponseOne.Gob);
        if (offer.Error.Length > 0)
        {
            await call.CloseAsync();
            return null;
        }
        var transport = await GoAsync(offer, cancellation);
        await call.WriteAsync(LocalUpgradeRequestTwo.Gob, new() { SentServerCookie = transport is not null });
        if (transport is null)
        {
            await call.CloseAsync();
            return null;
        }
        var isUsed = false;
        try
        {
            await call.FlushAsync();
            var answer = await call.ReadAsync(LocalUpgradeResponseTwo.Gob);
            if (answer.Error.Length > 0)
            {
                await call.CloseAsync();
                return null;
            }
            // From here on the server is on the Unix socket, and so the connection is lost if it cannot be had there.
            var returned = new byte[cookie.Length];
            await transport.ReadExactlyAsync(returned, cancellation);
            isUsed = CryptographicOperations.FixedTimeEquals(returned, cookie);
            return isUsed ? transport : throw new SrpcException("another process than the server answers on the Unix socket");
        }
        finally
        {
            if (!isUsed)
                await transport.DisposeAsync();
        }
    }

    // Only to abstract names: others are files of programs that expect something else than cookies.
    static async Task<Stream?> GoAsync(LocalUpgradeResponseOne offer, CancellationToken cancellation)
    {
        if (!offer.SocketPathname.StartsWith('@') || offer.ServerCookie.Length != LocalUpgrade.CookieSize)
            return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(acknowledgementTime);
        var socket = LocalUpgrade.NewSocket();
        var stream = default(NetworkStream);
        try
        {
            await socket.ConnectAsync(LocalUpgrade.Address(offer.SocketPathname), limit.Token);
            stream = new NetworkStream(socket, ownsSocket: true);
            await stream.WriteAsync(offer.ServerCookie, limit.Token);
            var answer = new byte[1];
            await stream.ReadExactlyAsync(answer, limit.Token);
            if (answer[0] == LocalUpgrade.Acknowledgement)
            {
                LocalUpgrade.Widen(socket);
                return stream;
            }
        }
        catch (Exception problem) when (problem is SocketException or IOException or ArgumentException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
        }
        socket.Dispose();
        return null;
    }
}
