using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Srpc.Gob;
using ImageSdk.Srpc.Tests.Gob;
using ImageSdk.Tests;

namespace ImageSdk.Dominator.Tests;

public class ImagePropertyTests
{
    static readonly GobLimits limits = new() { MaxValueBytes = 1 << 20 };

    [Fact]
    public void Images_come_back() => Prop.ForAll(ImageGenerator.Arbitrary, image => Same.Image(image, Samples.Read(Samples.File(image))))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Files_come_back() => Prop.ForAll(ImageGenerator.Arbitrary, image =>
    {
        var file = Samples.File(image);
        Assert.Equal(file, Samples.File(Samples.Read(file)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Damaged_files_are_refused_and_no_more()
    {
        var file = Samples.File(Samples.Image());
        var random = new Random(3);
        for (var i = 0; i < 5000; i++)
        {
            var damaged = Mutation.Of(file, random);
            // With the trailer cut off, damage goes further than to the checksum.
            if (i % 2 == 0)
                damaged = damaged[..Math.Max(0, damaged.Length - 64)];
            try
            {
                ImageFile.Read(new MemoryStream(damaged), limits);
            }
            catch (ImageFileException refused)
            {
                Assert.StartsWith("image file: ", refused.Message);
            }
        }
    }

    [FixtureTheory]
    [InlineData("gob-FileSystem-all")]
    [InlineData("gob-ImageArchive-full")]
    [InlineData("gob-Image-emptyfilter")]
    public void Damaged_recordings(string name)
    {
        var stream = GobFixture.Load(name).Stream;
        var random = new Random(4);
        for (var i = 0; i < 3000; i++)
        {
            var damaged = Mutation.Of(stream, random);
            Try(ImageTypes.FileSystem, damaged);
            Try(ImageTypes.ImageArchive, damaged);
            Try(ImageTypes.Image, damaged);
        }
    }

    static void Try<T>(GobType<T> type, byte[] stream)
    {
        try
        {
            Assert.NotNull(GobStreams.Decode(type, stream, limits));
        }
        catch (GobException refused)
        {
            Assert.NotEmpty(refused.Message);
        }
    }
}
