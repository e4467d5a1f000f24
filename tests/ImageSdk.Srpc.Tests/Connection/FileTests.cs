using System.Security.Cryptography;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc.Tests;

public sealed class FileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk-srpc-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Sample(int size)
    {
        var path = Path.Combine(folder, $"sample-{size}");
        File.WriteAllBytes(path, RandomNumberGenerator.GetBytes(size));
        return path;
    }

    // Sends a file as often as it is asked to, announced with a length; takes one and says its hash.
    static SrpcService Service(string path, long? announced = null) => new SrpcService("Files")
        .Stream("Get", async call =>
        {
            using var file = File.OpenHandle(path);
            for (var left = await call.ReadAsync(GobTypes.U64); left > 0; left--)
                await call.WriteFileAsync(file, 0, announced ?? RandomAccess.GetLength(file));
        })
        .Stream("Put", async call =>
        {
            var content = new byte[await call.ReadAsync(GobTypes.U64)];
            await call.Stream.ReadExactlyAsync(content);
            await call.WriteTextAsync(Convert.ToHexString(SHA256.HashData(content)) + "\n");
        });

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 2000)]
    [InlineData(4096, 100)]
    [InlineData(32768, 20)]
    [InlineData(40_000, 50)]
    [InlineData(3_000_001, 2)]
    public async Task Files_come_as_they_are(int size, int count)
    {
        var path = Sample(size);
        await using var connection = await new SrpcServer(new(), [Service(path)]).ConnectAsync();
        await using var call = await connection.OpenCallAsync("Files.Get");
        await call.WriteAsync(GobTypes.U64, (ulong)count);
        await call.FlushAsync();
        for (var copy = 0; copy < count; copy++)
        {
            using (var file = File.OpenHandle(path + "~", FileMode.Create, FileAccess.Write))
                await call.ReadToFileAsync(file, size);
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(path + "~"));
        }
        await call.CloseAsync();
        await connection.PingAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task They_come_over_sockets_between_other_values(bool isLocal)
    {
        var path = Sample(5_000_000);
        var service = new SrpcService("Files").Stream("Get", async call =>
        {
            using var file = File.OpenHandle(path);
            foreach (var length in (int[])[10, 5_000_000, 40_000, 1, 70_000, 2_000_000])
            {
                await call.WriteTextAsync($"{length}\n");
                await call.WriteFileAsync(file, 0, length);
            }
        });
        await using var server = new LoopbackServer(new SrpcServer(new(), [service]));
        await using var connection = await new SrpcDialer(new() { UpgradeLocalConnections = isLocal }).ConnectAsync(server.Address);
        Assert.Equal(isLocal, connection.IsLocal);
        await using var call = await connection.OpenCallAsync("Files.Get");
        for (var count = 0; count < 6; count++)
        {
            var length = int.Parse(await call.ReadLineAsync());
            using (var file = File.OpenHandle(path + "~", FileMode.Create, FileAccess.Write))
                await call.ReadToFileAsync(file, length);
            Assert.Equal(File.ReadAllBytes(path)[..length], File.ReadAllBytes(path + "~"));
        }
        await call.CloseAsync();
        await connection.PingAsync();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(3_000_001)]
    public async Task A_client_sends_a_file(int size)
    {
        var path = Sample(size);
        await using var connection = await new SrpcServer(new(), [Service(path)]).ConnectAsync();
        await using var call = await connection.OpenCallAsync("Files.Put");
        await call.WriteAsync(GobTypes.U64, (ulong)size);
        using (var file = File.OpenHandle(path))
            await call.WriteFileAsync(file, 0, size);
        await call.FlushAsync();
        Assert.Equal(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))), await call.ReadLineAsync());
        await call.CloseAsync();
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100_000)]
    public async Task A_file_that_is_shorter_than_announced_ends_the_connection(int size)
    {
        var path = Sample(size);
        await using var connection = await new SrpcServer(new(), [Service(path, announced: size + 1)]).ConnectAsync();
        await using var call = await connection.OpenCallAsync("Files.Get");
        await call.WriteAsync(GobTypes.U64, 1UL);
        await call.FlushAsync();
        using var file = File.OpenHandle(path + "~", FileMode.Create, FileAccess.Write);
        Assert.Equal("unexpected EOF", (await Assert.ThrowsAsync<SrpcException>(() => call.ReadToFileAsync(file, size + 1))).Message);
        Assert.True(connection.IsBroken);
    }

    [Fact]
    public async Task A_client_that_cannot_send_what_it_announced_ends_the_connection()
    {
        var path = Sample(1000);
        await using var connection = await new SrpcServer(new(), [Service(path)]).ConnectAsync();
        await using var call = await connection.OpenCallAsync("Files.Put");
        await call.WriteAsync(GobTypes.U64, 1001UL);
        using var file = File.OpenHandle(path);
        await Assert.ThrowsAsync<SrpcException>(() => call.WriteFileAsync(file, 0, 1001));
        Assert.True(connection.IsBroken);
    }
}
