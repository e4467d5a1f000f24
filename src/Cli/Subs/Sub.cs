using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Repositories;
using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Subs;

/// <summary>A machine with a running subd, and its tree when it was last scanned.</summary>
sealed class Sub : IAsyncDisposable
{
    const int DefaultPort = 6969;

    readonly ServerConnections connections;
    readonly SrpcAddress address;

    Sub(SrpcAddress address, ServerConnections connections)
    {
        this.address = address;
        this.connections = connections;
    }

    /// <summary>Checked, so that it may be trusted.</summary>
    public FileSystem Tree { get; private set; } = null!;

    /// <param name="option">What names the sub, for messages.</param>
    /// <param name="name">HOST or HOST:PORT.</param>
    /// <exception cref="CommandException">It cannot be reached, refuses, or has not scanned itself yet.</exception>
    public static async Task<Sub> PollAsync(string option, string name, CommandContext context)
    {
        var address = ServerOptions.ParseAddress(option, name, DefaultPort);
        var sub = new Sub(address, new ServerConnections(_ => context.ConnectAsync(address)));
        context.KeepUntilEnd(sub);
        sub.Tree = await sub.AskAsync(client => client.PollAsync(context.Cancellation), context.Cancellation) ?? throw new CommandException(
            ErrorCode.SubNotScanned, $"the sub {address} has not finished its first scan: run it again once its status page says that it has");
        FileSystemValidator.Validate(sub.Tree);
        return sub;
    }

    /// <inheritdoc cref="SubClient.GetFilesAsync"/>
    /// <exception cref="CommandException">The sub cannot be reached, or refuses.</exception>
    public Task GetFilesAsync(IReadOnlyList<ByteString> paths, Func<int, Stream, string, ValueTask> receive, CancellationToken cancellation) => AskAsync(
        async client =>
        {
            await client.GetFilesAsync(paths, receive, cancellation);
            return true;
        },
        cancellation);

    public ValueTask DisposeAsync() => connections.DisposeAsync();

    async Task<T> AskAsync<T>(Func<SubClient, Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            return await connections.CallAsync(connection => ask(new SubClient(connection)), cancellation);
        }
        catch (SrpcException exception) when (exception.IsAccessDenied)
        {
            throw new CommandException(
                ErrorCode.ServerDeniesAccess, $"the sub {address} says: {exception.Message}: use a certificate that permits Subd.Poll and Subd.GetFiles (--certs DIR)", exception);
        }
        catch (SrpcException exception) when (exception.IsFromServer)
        {
            throw new CommandException(ErrorCode.ServerRefuses, $"the sub {address} says: {exception.Message}", exception);
        }
        catch (SrpcException exception)
        {
            throw new CommandException(
                ErrorCode.ServerUnreachable, $"the connection to the sub {address} is lost: {exception.Message}: a file may have grown or shrunk while it was sent; run it again", exception);
        }
    }
}
