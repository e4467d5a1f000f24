using ImageSdk.Building.Downloads;

namespace ImageSdk.Building.Tests.PackageArchives;

public class OpenPgpKeyTests
{
    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa2048")]
    [InlineData("default")]
    public void Keys_are_known_by_the_fingerprints_that_gpg_shows(string algorithm)
    {
        using var key = new SigningKey(algorithm);
        key.AddSubkey();
        using var other = new SigningKey();
        foreach (var armored in new[] { true, false })
        {
            var keys = OpenPgpKey.Parse([.. key.Export(armored), .. other.Export(armored)]);
            Assert.Equal(2, keys.Count);
            Assert.Equal(key.Fingerprints, keys[0].Fingerprints.Take(key.Fingerprints.Count));
            Assert.Equal(key.Export(), keys[0].Packets);
            Assert.Equal(other.Fingerprints, keys[1].Fingerprints);
        }
    }

    [Fact]
    public void Damaged_keys_are_refused_and_never_misread()
    {
        using var key = new SigningKey();
        var whole = key.Export();
        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            var damaged = whole[..random.Next(whole.Length)];
            if (i % 2 == 1)
            {
                damaged = (byte[])whole.Clone();
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }
            try
            {
                Assert.All(OpenPgpKey.Parse(damaged), read => Assert.NotEmpty(read.Fingerprints));
            }
            catch (InvalidDataException)
            {
                // As it should be.
            }
        }
        Assert.Throws<InvalidDataException>(() => OpenPgpKey.Parse([]));
        Assert.Throws<InvalidDataException>(() => OpenPgpKey.Parse("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA"u8.ToArray()));
        Assert.Throws<InvalidDataException>(() => OpenPgpKey.Parse("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n!!\n-----END PGP PUBLIC KEY BLOCK-----"u8.ToArray()));
    }
}
