using System.Net;

namespace ImageSdk.OpenStack.Http;

/// <summary>A body of a known length, sent from its beginning with each attempt.</summary>
sealed class SentFile : HttpContent
{
    const int PieceSize = 1 << 18;

    readonly Func<Stream> open;
    readonly long length;
    readonly string name;
    readonly Action<ReadOnlyMemory<byte>, long> passed;

    /// <summary>For a stream that belongs to another, who has it sent again.</summary>
    public bool LeavesOpen { get; init; }

    /// <param name="open">Opens what is sent; disposed when it has been.</param>
    /// <param name="length">Bytes that are announced, and have to be there.</param>
    /// <param name="name">For messages.</param>
    /// <param name="passed">Called with the bytes of each piece and the number of all so far; first with none.</param>
    public SentFile(Func<Stream> open, long length, string name, string contentType, Action<ReadOnlyMemory<byte>, long> passed)
    {
        (this.open, this.length, this.name, this.passed) = (open, length, name, passed);
        Headers.TryAddWithoutValidation("Content-Type", contentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var source = Open();
        try
        {
            await SendAsync(source, stream, cancellationToken);
        }
        finally
        {
            if (!LeavesOpen)
                await source.DisposeAsync();
        }
    }

    async Task SendAsync(Stream source, Stream target, CancellationToken cancellation)
    {
        var buffer = new byte[PieceSize];
        long sent = 0;
        passed(default, 0);
        while (sent < length)
        {
            var read = await ReadAsync(source, buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - sent)), cancellation);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
            sent += read;
            passed(buffer.AsMemory(0, read), sent);
        }
    }

    Stream Open()
    {
        try
        {
            return open();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(exception);
        }
    }

    async Task<int> ReadAsync(Stream source, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellation) is > 0 and var read ? read
                : throw new OpenStackException("IMG7477", $"{name} became shorter while it was sent. Try again when nothing changes it.");
        }
        catch (IOException exception)
        {
            throw Unreadable(exception);
        }
    }

    OpenStackException Unreadable(Exception exception) =>
        new("IMG7477", $"{name} cannot be read to be sent: {exception.Message.TrimEnd('.')}. Make it readable, and try again.", inner: exception);

    protected override bool TryComputeLength(out long announced)
    {
        announced = length;
        return true;
    }
}
