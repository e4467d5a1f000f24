using System.Diagnostics;
using System.Security.Cryptography;
using ImageSdk.Dominator;
using ImageSdk.Hosting.Logs;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests.Hosting;

public class DiskTroubleTests
{
    [Fact]
    public void The_same_trouble_is_said_once_a_minute()
    {
        var lines = new List<string>();
        var clock = new SteppedClock();
        var trouble = new DiskTrouble(lines.Add, clock);
        for (var number = 0; number < 1000; number++)
            trouble.Report("objects cannot be stored", new IOException("No space left on device"));
        trouble.Report("objects cannot be stored", new IOException("Input/output error"));
        Assert.Equal(["objects cannot be stored: No space left on device", "objects cannot be stored: Input/output error"], lines);
        clock.Advance(TimeSpan.FromMinutes(2));
        trouble.Report("objects cannot be stored", new IOException("No space left on device"));
        Assert.StartsWith("objects cannot be stored: No space left on device (999 more since ", lines[^1]);
    }

    [RootFact]
    public async Task A_full_disk_is_in_the_log()
    {
        var directory = Directory.CreateTempSubdirectory("imagesdk-full-").FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", directory);
        try
        {
            await using var server = await TestServer.StartAsync(options =>
            {
                options.ObjectDirectory = Path.Combine(directory, "objects");
                options.ImageDirectory = Path.Combine(directory, "images");
            });
            var connection = await server.ConnectAsync();
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await using var upload = await new ObjectServerClient(connection).AddObjectsAsync();
                // Zeros would be a hole, which takes no room.
                await upload.AddAsync(RandomNumberGenerator.GetBytes(2 << 20), expected: null);
                await upload.FinishAsync();
            });
            Assert.Contains(server.LogLines, line => line.Contains("objects cannot be stored: ", StringComparison.Ordinal) && line.Contains("No space left", StringComparison.Ordinal));
            Assert.Throws<IOException>(() => File.WriteAllBytes(Path.Combine(directory, "rest"), new byte[600 << 10]));
            var tree = new FileSystemBuilder();
            tree.Add("/etc", new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory });
            var images = await server.ConnectImagesAsync();
            var refusal = await Assert.ThrowsAsync<SrpcException>(() => images.AddImageAsync("i", new Image { FileSystem = tree.Build() }));
            Assert.Contains("No space left", refusal.Message);
            Assert.Contains(server.LogLines, line => line.Contains("the image directory or an object cannot be read or written: ", StringComparison.Ordinal));
        }
        finally
        {
            await RunAsync("umount", "-l", directory);
            Directory.Delete(directory);
        }
    }

    static async Task RunAsync(string program, params string[] words)
    {
        using var process = Process.Start(program, words);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
