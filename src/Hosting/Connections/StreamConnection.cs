using System.IO.Pipelines;
using System.Net;
using ImageSdk.Srpc;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace ImageSdk.Hosting.Connections;

/// <summary>A connection that is given to the web server as a stream: what is inside of TLS.</summary>
public sealed class StreamConnection : ConnectionContext
{
    readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancellationTokenSource closed;

    /// <param name="stream">Stays its owner's.</param>
    /// <param name="peer">Who is at its other end, as a certificate says.</param>
    public StreamConnection(Stream stream, EndPoint local, SrpcPeer peer, CancellationToken cancellation)
    {
        closed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Transport = new Pipes(
            PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true)), PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)));
        LocalEndPoint = local;
        ConnectionClosed = closed.Token;
        Features.Set(new CertifiedUser(peer));
    }

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    /// <summary>Ends when the web server is done with it.</summary>
    public Task Ended => ended.Task;

    public override void Abort(ConnectionAbortedException abortReason)
    {
        try
        {
            closed.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
        ended.TrySetResult();
    }

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync();
        await Transport.Output.CompleteAsync();
        closed.Dispose();
        await base.DisposeAsync();
        ended.TrySetResult();
    }

    sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

/// <summary>Who asks for pages over a connection with a certificate that the server accepts.</summary>
public sealed record CertifiedUser(SrpcPeer Peer);
