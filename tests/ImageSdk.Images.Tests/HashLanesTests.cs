using System.Security.Cryptography;

namespace ImageSdk.Images.Tests;

public class HashLanesTests
{
    [Fact]
    public void Many_hashes_are_those_of_the_platform()
    {
        var random = new Random(1);
        foreach (var count in (int[])[0, 1, 3, 4, 7, 8, 9, 64, 300])
        {
            var contents = Enumerable.Range(0, count).Select(index =>
            {
                // All lengths around the ends of blocks, and a few long ones.
                var content = new byte[index % 50 == 49 ? 100_000 + index : (index * 7 + count) % 400];
                random.NextBytes(content);
                return new ReadOnlyMemory<byte>(content);
            }).ToArray();
            Assert.Equal(contents.Select(content => new ObjectHash(SHA512.HashData(content.Span))), ObjectHash.OfMany(contents));
        }
        var lengths = Enumerable.Range(0, 600).Select(length => new ReadOnlyMemory<byte>(new byte[length])).ToArray();
        Assert.Equal(lengths.Select(content => ObjectHash.Of(content.Span)), ObjectHash.OfMany(lengths));
    }

    [Fact]
    public void So_are_those_of_contents_that_are_read()
    {
        var random = new Random(2);
        foreach (var lengths in (int[][])[[], [0], [1 << 17], [5, 1 << 18, 400_000, 0, 131_071, 131_073, 262_144, 300_001, 128, 1_000_000, 99], [3_000_000, 200_000, 200_128]])
        {
            var contents = lengths.Select(length => new byte[length]).ToArray();
            foreach (var content in contents)
                random.NextBytes(content);
            Assert.Equal(contents.Select(content => new ObjectHash(SHA512.HashData(content))), ObjectHash.OfMany([.. contents.Select(content => Read(content, content.Length))]));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    public void A_content_that_is_shorter_than_was_said_is_an_error(int count) =>
        Assert.Throws<EndOfStreamException>(() => ObjectHash.OfMany([.. Enumerable.Range(0, count).Select(_ => Read(new byte[200_000], 200_001))]));

    static (ContentReader, long) Read(byte[] content, long length)
    {
        var stream = new MemoryStream(content);
        return (buffer => stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false), length);
    }
}
