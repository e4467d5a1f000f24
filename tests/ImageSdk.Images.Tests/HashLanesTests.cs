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
}
