using ImageSdk.ImageServer.Hosting;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Tests.Hosting;

public class DirectoryLocksTests
{
    [Fact]
    public async Task OneServerUsesADirectory()
    {
        await using var server = await TestServer.StartAsync();
        var refusal = await Assert.ThrowsAsync<StoreException>(() => TestServer.StartAsync(options => options.ObjectDirectory = server.ObjectDirectory));
        Assert.Equal($"{server.ObjectDirectory} is used by another imageserver: stop it, or use another directory", refusal.Message);
        await Assert.ThrowsAsync<StoreException>(() => TestServer.StartAsync(options => options.ImageDirectory = server.ImageDirectory));
        await server.RestartAsync();
    }

    [Fact]
    public async Task AServerThatFailsToStartLeavesItsDirectories()
    {
        await using var server = await TestServer.StartAsync();
        var directory = Directory.CreateTempSubdirectory("imagesdk-locks-").FullName;
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(() => TestServer.StartAsync(options =>
                (options.ImageDirectory, options.ObjectDirectory, options.Port) = ($"{directory}/images", $"{directory}/objects", (ushort)server.Port)));
            using var locks = DirectoryLocks.Take($"{directory}/images", $"{directory}/objects");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
