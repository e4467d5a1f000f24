using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc;

/// <summary>
/// Values in JSON. Servers end each with a line feed. Clients do not: a server that reads it late takes it for a ping.
/// </summary>
sealed class JsonCoder(SrpcStream stream, GobLimits limits, bool isServer) : SrpcCoder
{
    static readonly JsonWriterOptions writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    bool atBoundary = true;
    IDisposable? memory;

    public override bool AtBoundary => atBoundary;

    public override async ValueTask WriteAsync<T>(GobType<T> type, T value, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, writing))
            type.WriteJson(json, value);
        if (isServer)
            buffer.Write("\n"u8);
        await stream.WriteAsync(buffer.WrittenMemory, cancellation);
    }

    public override async ValueTask<T> ReadAsync<T>(GobType<T> type, CancellationToken cancellation)
    {
        atBoundary = false;
        var bytes = await ReadDocumentAsync(cancellation);
        atBoundary = true;
        try
        {
            using var document = JsonDocument.Parse(bytes, new() { MaxDepth = limits.MaxDepth });
            return type.ReadJson(document.RootElement);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new GobException(problem.Message, problem);
        }
    }

    public override void Dispose()
    {
        memory?.Dispose();
        base.Dispose();
    }

    async ValueTask<byte[]> ReadDocumentAsync(CancellationToken cancellation)
    {
        var document = new ArrayBufferWriter<byte>();
        var extent = new JsonExtent();
        while (!extent.IsComplete)
        {
            if (!await stream.FillAsync(cancellation))
                throw new GobException("the stream ends inside a value");
            var count = extent.Take(stream.Buffered);
            if (document.WrittenCount + count > limits.MaxValueBytes)
                throw new GobException($"a value of more than {limits.MaxValueBytes} bytes");
            // It does not say how long it will be.
            if (memory is null && limits.Memory is not null && document.WrittenCount + count > GobMemory.Free)
                memory = await limits.Memory.TakeAsync(limits.MaxValueBytes, cancellation);
            document.Write(stream.Buffered[..count]);
            stream.Skip(count);
        }
        await SkipLineEndAsync(cancellation);
        return document.WrittenSpan.ToArray();
    }

    // A server must not wait for what a client may not send.
    async ValueTask SkipLineEndAsync(CancellationToken cancellation)
    {
        if (!isServer && !await stream.FillAsync(cancellation))
            return;
        if (stream.Buffered.StartsWith("\r\n"u8))
            stream.Skip(2);
        else if (stream.Buffered.StartsWith("\n"u8))
            stream.Skip(1);
    }
}
