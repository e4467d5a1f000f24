using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Dominator.Tests.Transfer;

/// <summary>Objects that lie where others may write.</summary>
public sealed class SourceFetchTests
{
    // Above what is read in one piece.
    const int Length = 3 << 20;

    /// <summary>A file that is written to while it is read.</summary>
    sealed class EndlessStream(long announced) : Stream
    {
        public long Given { get; private set; }

        public override long Length => announced;

        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Assert.True(Given < 10 * Length, "it is read without end");
            Given += count;
            buffer.AsSpan(offset, count).Clear();
            return count;
        }

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    sealed class OneStream(Stream stream) : IObjectSource
    {
        public Stream OpenRead(ObjectHash hash) => stream;
    }

    sealed class CountingSink : IObjectSink
    {
        public long Bytes { get; private set; }

        public void Take(int index, ReadOnlySpan<byte> content) => Bytes += content.Length;

        public async ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation)
        {
            var block = new byte[1 << 16];
            for (int count; (count = await content.ReadAsync(block, cancellation)) > 0;)
                Bytes += count;
        }
    }

    static Task FetchAsync(Stream stream, IObjectSink sink, ObjectHash hash) =>
        new SourceFetch(new OneStream(stream)).FetchAsync([new(hash, Length)], sink);

    [Fact]
    public async Task A_file_that_grows_is_read_as_far_as_it_was_announced()
    {
        var (stream, sink) = (new EndlessStream(Length), new CountingSink());
        await FetchAsync(stream, sink, ObjectHash.Of(new byte[Length]));
        Assert.Equal((Length, Length), (sink.Bytes, stream.Given));
        await Assert.ThrowsAsync<InvalidDataException>(() => FetchAsync(new EndlessStream(Length), sink, ObjectHash.Of("other"u8)));
    }

    [Theory]
    [InlineData(Length - 1)]
    [InlineData(Length + 1)]
    [InlineData(long.MaxValue)]
    public async Task A_file_of_another_size_is_not_read(long announced)
    {
        var (stream, sink) = (new EndlessStream(announced), new CountingSink());
        await Assert.ThrowsAsync<InvalidDataException>(() => FetchAsync(stream, sink, ObjectHash.Of(new byte[Length])));
        Assert.Equal((0L, 0L), (sink.Bytes, stream.Given));
    }
}
