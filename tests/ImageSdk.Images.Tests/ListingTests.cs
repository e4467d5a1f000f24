using System.Text;
using ImageSdk.Tests;

namespace ImageSdk.Images.Tests;

public sealed class ListingTests
{
    static string List(FileSystem fileSystem, Listing listing)
    {
        var output = new MemoryStream();
        listing.Write(fileSystem, output);
        // The recording shows bytes that are not UTF-8 by their number.
        return Encoding.Latin1.GetString(output.ToArray()).Replace("\xff", "\\xff", StringComparison.Ordinal);
    }

    static string Recorded(string command) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(Transcript.Read(command)));

    [FixtureTheory]
    [InlineData("base/img.0")]
    [InlineData("base/img.1")]
    public void ListsAsTheOriginalDoes(string image) => Assert.Equal(
        Recorded($"show {image}"),
        List(RecordedImage.ReadFileSystem($"image-{image.Replace('/', '-')}.json"), new Listing { TimeZone = TimeZoneInfo.Utc }));

    [FixtureFact]
    public void ListsOneInode()
    {
        var index = RecordedImage.ReadFileSystem("image-base-img.0.json").Index;
        Assert.True(index.TryFind("/dev/bigminor", out var entry));
        Assert.Equal(
            Transcript.Read("show-inode base/img.0 /dev/bigminor"),
            new Listing { TimeZone = TimeZoneInfo.Utc }.FormatLine(entry, index.CountLinks(entry)).ToString());
    }

    [Fact]
    public void SkipsFieldsAndFilters()
    {
        var fileSystem = Trees.Build(
            ("/a", Trees.File("xyz")), ("/d", Trees.Directory), ("/d/e", Trees.File("")),
            ("/c", new ComputedInode { Mode = InodeMode.Regular | InodeMode.SetUid, Source = "host:1" }));
        Assert.Equal("/\n/a\n/c\n", List(fileSystem, new Listing { Fields = ListingFields.Name, Filter = new Filter(["/d$"]) }));
        Assert.Equal(ListingFields.All & ~(ListingFields.Mtime | ListingFields.Data), Listing.FieldsWithout("td?"));
        Assert.Equal(ListingFields.None, Listing.FieldsWithout("mlugstnd"));
        Assert.Contains("---S------   1     0     0   computed /c <- host:1\n",
            List(fileSystem, new Listing { Fields = Listing.FieldsWithout("t") }));
    }

    [Theory]
    [InlineData(0L, "01 Jan 1970 00:00:00 UTC ")]
    [InlineData(-2L, "31 Dec 1969 23:59:58 UTC ")]
    [InlineData(253402300799L, "31 Dec 9999 23:59:59 UTC ")]
    [InlineData(253402300800L, "01 Jan 10000 00:00:00 UTC ")]
    [InlineData(long.MaxValue, "04 Dec 292277026596 15:30:07 UTC ")]
    [InlineData(long.MinValue, "27 Jan -292277022657 08:29:52 UTC ")]
    public void ShowsAnyTime(long seconds, string expected) => Assert.Equal(
        "/a\n", List(Trees.Build(("/a", Trees.File("", seconds))), new Listing
        {
            Fields = ListingFields.Mtime | ListingFields.Name,
            TimeZone = TimeZoneInfo.Utc,
        }).Split(expected).Last());

    [Theory]
    [InlineData(120, "+02")]
    [InlineData(-210, "-0330")]
    public void ShowsOtherZonesAsNumbers(int minutes, string expected) => Assert.Contains($" {expected} ", List(
        Trees.Build(("/a", Trees.File(""))),
        new Listing { TimeZone = TimeZoneInfo.CreateCustomTimeZone("here", TimeSpan.FromMinutes(minutes), "here", "here") }));
}
