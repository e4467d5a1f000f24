using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Tests;

namespace ImageSdk.Images.Tests;

public sealed class ImageDiffTests
{
    [FixtureFact]
    public void FindsWhatTheOriginalShows()
    {
        var diff = ImageDiff.Compare(
            RecordedImage.ReadFileSystem("image-base-img.0.json"), RecordedImage.ReadFileSystem("image-base-img.1.json"));
        Assert.Equal(["/etc/newdir", "/etc/newdir/f", "/etc/newfile"], diff.Added.Select(entry => entry.Path.ToString()));
        Assert.Equal(["/etc/dup2", "/usr/lib/hard2"], diff.Removed.Select(entry => entry.Path.ToString()));
        Assert.Equal(
            [
                ("/deep/hard3", DiffAspects.Links), ("/etc/hello", DiffAspects.Size | DiffAspects.Content),
                ("/etc/symlink", DiffAspects.Content | DiffAspects.Links), ("/etc/symlink-hard", DiffAspects.Links),
                ("/usr/bin/setuid", DiffAspects.Mode), ("/usr/lib/hard1", DiffAspects.Links),
            ],
            diff.Changed.Select(change => (change.Path.ToString(), change.Aspects)));
        Assert.False(diff.IsEmpty);
    }

    [Fact]
    public void SeesEveryAspect()
    {
        var device = new SpecialInode { Mode = InodeMode.Block, Rdev = 1 };
        var left = Trees.Build(
            ("/d", Trees.Directory), ("/f", Trees.File("a")), ("/n", device), ("/t", Trees.File("")),
            ("/c", new ComputedInode { Mode = InodeMode.Regular, Source = "a" }), ("/same", Trees.File("s")));
        var right = Trees.Build(
            ("/d", Trees.Directory with { Uid = 1 }), ("/f", Trees.File("b", 5)), ("/n", device with { Rdev = 2 }), ("/t", new SymlinkInode()),
            ("/c", new ComputedInode { Mode = InodeMode.Regular, Source = "b", ExtendedAttributes = ExtendedAttributes.Create([new("a", "b")]) }),
            ("/same", Trees.File("s")));
        Assert.Equal(
            [
                ("/c", DiffAspects.Content | DiffAspects.ExtendedAttributes), ("/d", DiffAspects.Owner),
                ("/f", DiffAspects.Content | DiffAspects.Mtime), ("/n", DiffAspects.Content), ("/t", DiffAspects.Type),
            ],
            ImageDiff.Compare(left, right).Changed.Select(change => (change.Path.ToString(), change.Aspects)));
    }

    [Fact]
    public void ReducesByTheFilterRules()
    {
        var left = Trees.Build(("/a", Trees.File("")), ("/b", Trees.File("")));
        var right = Trees.Build(("/a", Trees.File("")), ("/c", Trees.File("")));
        string Reduced(Filter? leftFilter, Filter? rightFilter, Filter? deleteFilter = null)
        {
            var (one, other) = ImageDiff.Reduce(left, leftFilter, right, rightFilter, deleteFilter);
            return string.Concat(Trees.Paths(one)) + " " + string.Concat(Trees.Paths(other));
        }
        Filter a = new(["/a"]), b = new(["/b"]);
        Assert.Equal("//b //c", Reduced(a, null));
        Assert.Equal("//a //a/c", Reduced(null, b));
        Assert.Equal("//b //c", Reduced(a, new(["/a"])));
        Assert.Equal("//a/b //a/c", Reduced(a, b));
        Assert.Equal("//a //a/c", Reduced(a, null, b));
        Assert.Equal("//a/b //a/c", Reduced(null, null, b));
        var many = Trees.Build(Enumerable.Range(0, 60).Select(number => ($"/a{number}", (Inode)Trees.File(""))).Append(("/a", Trees.File(""))).ToArray());
        Assert.Equal(["/", "/a"], Trees.Paths(ImageDiff.Reduce(many, null, left, null).Left));
        Assert.Equal(["/", "/a"], Trees.Paths(ImageDiff.Reduce(left, null, many, null).Right));
    }

    [Fact]
    public void IsSymmetric() => Check.QuickThrowOnFailure(Prop.ForAll(Trees.Any.ToArbitrary(), Trees.Any.ToArbitrary(), (left, right) =>
    {
        var there = ImageDiff.Compare(left, right);
        var back = ImageDiff.Compare(right, left);
        Assert.Equal(there.Added.Select(entry => entry.Path), back.Removed.Select(entry => entry.Path));
        Assert.Equal(there.Changed.Select(change => (change.Path, change.Aspects)), back.Changed.Select(change => (change.Path, change.Aspects)));
        Assert.True(ImageDiff.Compare(left, left).IsEmpty);
    }));
}
