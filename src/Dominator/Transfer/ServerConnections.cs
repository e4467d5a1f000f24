using System.Collections.Concurrent;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator.Transfer;

/// <summary>The connections of a client to one server: made when they are needed, kept for the next call.</summary>
/// <param name="connect">Makes a connection.</param>
public sealed class ServerConnections(Func<CancellationToken, Task<SrpcConnection>> connect) : IAsyncDisposable
{
    readonly ConcurrentBag<SrpcConnection> idle = [];
    bool? takesSparse;

    public ServerConnections(SrpcDialer dialer, SrpcAddress address) : this(cancellation => dialer.ConnectAsync(address, cancellation))
    {
    }

    /// <summary>A connection for the caller alone, until he gives it back.</summary>
    /// <exception cref="SrpcException">There is none.</exception>
    public async Task<SrpcConnection> RentAsync(CancellationToken cancellation = default)
    {
        while (idle.TryTake(out var connection))
        {
            if (!connection.IsBroken)
                return connection;
            await connection.DisposeAsync();
        }
        return await ConnectAsync(cancellation);
    }

    /// <summary>A connection that was not there before, for when the others may have been lost.</summary>
    /// <exception cref="SrpcException">There is none.</exception>
    public Task<SrpcConnection> ConnectAsync(CancellationToken cancellation = default) => connect(cancellation);

    public async ValueTask ReturnAsync(SrpcConnection connection)
    {
        if (connection.IsBroken)
            await connection.DisposeAsync();
        else
            idle.Add(connection);
    }

    /// <summary>Makes a call, and once more over a new connection where the first is lost: only for calls that change nothing.</summary>
    /// <exception cref="SrpcException">The server refuses, or there is no connection.</exception>
    public async Task<T> AskAsync<T>(Func<SrpcConnection, Task<T>> call, CancellationToken cancellation = default)
    {
        try
        {
            return await CallAsync(await RentAsync(cancellation), call);
        }
        catch (SrpcException problem) when (!problem.IsFromServer)
        {
            return await CallAsync(await ConnectAsync(cancellation), call);
        }
    }

    /// <summary>Whether the server takes objects without the zeros of their holes; asked once.</summary>
    /// <exception cref="SrpcException">There is no connection.</exception>
    internal async Task<bool> TakesSparseAsync(CancellationToken cancellation)
    {
        try
        {
            return takesSparse ??= await AskAsync(connection => new ObjectServerClient(connection).TakesSparseAsync(cancellation), cancellation);
        }
        catch (SrpcException refusal) when (refusal.IsFromServer)
        {
            // Who may add need not be one who may get.
            takesSparse = false;
            return false;
        }
    }

    /// <summary>Makes a call that must not be made twice.</summary>
    /// <exception cref="SrpcException">The server refuses, or there is no connection.</exception>
    public async Task<T> CallAsync<T>(Func<SrpcConnection, Task<T>> call, CancellationToken cancellation = default) =>
        await CallAsync(await RentAsync(cancellation), call);

    /// <inheritdoc cref="CallAsync{T}(Func{SrpcConnection, Task{T}}, CancellationToken)"/>
    public Task CallAsync(Func<SrpcConnection, Task> call, CancellationToken cancellation = default) => CallAsync(
        async connection =>
        {
            await call(connection);
            return true;
        },
        cancellation);

    async Task<T> CallAsync<T>(SrpcConnection connection, Func<SrpcConnection, Task<T>> call)
    {
        try
        {
            return await call(connection);
        }
        finally
        {
            await ReturnAsync(connection);
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (idle.TryTake(out var connection))
            await connection.DisposeAsync();
    }
}
