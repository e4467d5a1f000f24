using ImageSdk.Dominator;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Objects;

/// <summary>Serves TestBandwidth: chunks of random bytes, each followed by 1, or by 0 where it is the last one.</summary>
static class BandwidthTest
{
    const ulong MaxChunkSize = ushort.MaxValue;

    static readonly TimeSpan shortest = TimeSpan.FromSeconds(1);
    static readonly TimeSpan longest = TimeSpan.FromMinutes(1);

    /// <exception cref="SrpcException">Chunks of such a size are not allowed.</exception>
    public static async Task RunAsync(SrpcServerCall call, TimeProvider time)
    {
        var request = await call.ReadAsync(TestBandwidthRequest.Gob);
        if (request.ChunkSize > MaxChunkSize)
            throw new SrpcException($"ChunkSize: {request.ChunkSize} exceeds {MaxChunkSize}");
        var chunk = new byte[request.ChunkSize + 1];
        var start = time.GetTimestamp();
        if (request.SendToServer)
            await ReceiveAsync(call, chunk);
        else
            await SendAsync(call, chunk, () => time.GetElapsedTime(start) < Clamp(request.Duration));
        await call.WriteAsync(TestBandwidthResponse.Gob, new() { ServerDuration = time.GetElapsedTime(start) });
    }

    static TimeSpan Clamp(TimeSpan duration) => duration < shortest ? shortest : duration > longest ? longest : duration;

    static async Task ReceiveAsync(SrpcServerCall call, byte[] chunk)
    {
        do
            await call.Stream.ReadExactlyAsync(chunk, call.Aborted);
        while (chunk[^1] != 0);
    }

    static async Task SendAsync(SrpcServerCall call, byte[] chunk, Func<bool> isLonger)
    {
        Random.Shared.NextBytes(chunk);
        chunk[^1] = 1;
        while (isLonger())
            await call.Stream.WriteAsync(chunk, call.Aborted);
        chunk[^1] = 0;
        await call.Stream.WriteAsync(chunk, call.Aborted);
    }
}
