namespace ImageSdk.Posix.Tests;

public class ForwardStreamTests
{
    [Fact]
    public async Task All_ways_to_read_come_down_to_one()
    {
        var buffer = new byte[3];
        Assert.Equal(3, new Letters().Read(buffer.AsSpan()));
        Assert.Equal("abc"u8, buffer);
        Assert.Equal(2, new Letters().Read(buffer, 1, 2));
        Assert.Equal("aab"u8, buffer);
        Assert.Equal(2, await new Letters().ReadAsync(buffer, 1, 2, default));
        using var copy = new MemoryStream();
        await new Letters().CopyToAsync(copy);
        new Letters().CopyTo(copy);
        Assert.Equal("abcdeabcde"u8, copy.ToArray());
    }

    [Fact]
    public void What_goes_the_other_way_is_not_supported()
    {
        var stream = new Letters();
        Assert.Equal((true, false, false), (stream.CanRead, stream.CanWrite, stream.CanSeek));
        Assert.Throws<NotSupportedException>(() => stream.Write(new byte[1]));
        Assert.Throws<NotSupportedException>(() => stream.Write(new byte[1], 0, 1));
        Assert.Throws<NotSupportedException>(() => stream.Seek(0, SeekOrigin.Begin));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(0));
        Assert.Throws<NotSupportedException>(() => stream.Length);
        Assert.Throws<NotSupportedException>(() => stream.Position);
    }

    sealed class Letters : AsyncReadStream
    {
        byte next = (byte)'a';

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            var count = 0;
            for (; count < buffer.Length && next <= 'e'; count++)
                buffer.Span[count] = next++;
            return count;
        }
    }
}
