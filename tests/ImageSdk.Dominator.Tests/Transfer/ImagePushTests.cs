using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator.Tests.Transfer;

public class ImagePushTests
{
    static (MemoryObjects Objects, Image Image) Make(int count)
    {
        var objects = new MemoryObjects();
        var builder = new FileSystemBuilder();
        for (var number = 0; number < count; number++)
        {
            // Among the short ones some that do not fit a block.
            var content = new byte[number % 500 == 499 ? 3_000_000 : 4 + number % 1000];
            BitConverter.TryWriteBytes(content, number);
            builder.Add($"/{number}", new RegularInode { Mode = InodeMode.Regular, Size = (ulong)content.Length, Hash = objects.Add(content) });
        }
        return (objects, new Image { FileSystem = builder.Build(), BuildLog = new(objects.Add("the log"u8.ToArray())) });
    }

    [Fact]
    public async Task Only_what_the_server_lacks_is_sent()
    {
        await using var server = new FakeServer();
        var (objects, image) = Make(3000);
        foreach (var (hash, content) in objects.Contents.Take(1000))
            server.Objects[hash] = content;
        var push = new ImagePush(server.Connections, objects, server.Options);
        await push.PushAsync("a/b", image);
        Assert.Equal(objects.Contents.Keys.ToHashSet(), server.Objects.Keys.ToHashSet());
        Assert.Equal(2001, server.ReceivedCount);
        Assert.Equal((2001, 1000), (push.Progress.ObjectCount, push.Progress.KnownCount));
        Assert.Equal(["a/b"], server.Images.Keys);
        Assert.InRange(server.ConnectionCount, 1, 3);
        var again = new ImagePush(server.Connections, objects, server.Options);
        await again.PushAsync("a/c", image);
        Assert.Equal(2001, server.ReceivedCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(777)]
    public async Task A_lost_connection_is_made_anew_and_only_the_missing_are_sent_again(int period)
    {
        await using var server = new FakeServer();
        var (objects, image) = Make(2500);
        var left = 5;
        server.Breaks = count => count % period == 0 && Interlocked.Decrement(ref left) >= 0;
        await new ImagePush(server.Connections, objects, server.Options).PushAsync("a/b", image);
        Assert.Equal(objects.Contents.Keys.ToHashSet(), server.Objects.Keys.ToHashSet());
        Assert.True(left < 0 || period == 777);
        // Whatever was stored before a cut was seen and not sent again, but for what was on its way.
        Assert.Equal(objects.Contents.Count, server.ReceivedCount);
        Assert.Single(server.Images);
    }

    [Fact]
    public async Task A_server_that_always_hangs_up_is_given_up()
    {
        await using var server = new FakeServer { Breaks = _ => true };
        var (objects, image) = Make(500);
        server.Objects.Clear();
        var options = server.Options with { Attempts = 2 };
        var push = new ImagePush(server.Connections, new Unsteady(objects), options);
        var failure = await Assert.ThrowsAsync<SrpcException>(() => push.PushAsync("a/b", image));
        Assert.False(failure.IsFromServer);
        Assert.Empty(server.Images);
    }

    [Fact]
    public async Task What_the_server_forgot_since_it_was_asked_is_sent_before_the_image_is_added_again()
    {
        await using var server = new FakeServer();
        var (objects, image) = Make(50);
        foreach (var (hash, content) in objects.Contents)
            server.Objects[hash] = content;
        var forgetful = true;
        server.BeforeAddImage = () =>
        {
            if (forgetful)
                server.Objects.TryRemove(objects.Contents.First().Key, out _);
            forgetful = false;
        };
        await new ImagePush(server.Connections, objects, server.Options).PushAsync("a/b", image);
        Assert.Equal(1, server.ReceivedCount);
        Assert.Single(server.Images);
    }

    [Fact]
    public async Task Content_that_is_not_what_its_hash_says_is_refused()
    {
        await using var server = new FakeServer();
        var (objects, image) = Make(50);
        objects.Contents.First().Value[0] ^= 1;
        var failure = await Assert.ThrowsAsync<SrpcException>(
            () => new ImagePush(server.Connections, objects, server.Options).PushAsync("a/b", image));
        Assert.Equal("hash mismatch", failure.Message);
        Assert.Empty(server.Images);
    }

    [Fact]
    public async Task Contents_in_memory_are_given_back()
    {
        await using var server = new FakeServer();
        var objects = new MemoryObjects();
        var released = 0;
        await using (var push = new ObjectPush(server.Connections, objects, server.Options))
        {
            for (var number = 0; number < 100; number++)
            {
                // Every other one twice.
                byte[] content = [(byte)(number / 2)];
                await push.OfferAsync(new([new(ObjectHash.Of(content), 1, content)], () => Interlocked.Increment(ref released)));
            }
            await push.FinishAsync();
        }
        Assert.Equal(100, released);
        Assert.Equal(50, server.ReceivedCount);
    }

    [Fact]
    public async Task Cancelling_ends_a_push()
    {
        await using var server = new FakeServer();
        var (objects, image) = Make(5000);
        using var cancellation = new CancellationTokenSource();
        server.Breaks = count =>
        {
            if (count == 100)
                cancellation.Cancel();
            return false;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new ImagePush(server.Connections, objects, server.Options).PushAsync("a/b", image, cancellation.Token));
        Assert.Empty(server.Images);
    }

    /// <summary>Each time another content, so that nothing ever gets through.</summary>
    sealed class Unsteady(MemoryObjects objects) : IObjectSource
    {
        public Stream OpenRead(ObjectHash hash)
        {
            var content = objects.Contents[hash].ToArray();
            Random.Shared.NextBytes(content);
            return new MemoryStream(content);
        }
    }
}
