using ImageSdk.Images;
using ImageSdk.Tests;

namespace ImageSdk.Storage.Tests;

/// <summary>A directory that an image server of the original has written.</summary>
public sealed class RecordedStoreTests : IDisposable
{
    readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    ImageStore Lay()
    {
        Directory.CreateDirectory(directory["images/base/sub"]);
        void Copy(string name, string to) => File.Copy(Path.Combine(Fixtures.Root!, "ondisk", name), directory["images/" + to]);
        Copy("image-base-img.0", "base/img.0");
        Copy("image-base-img.1", "base/img.1");
        Copy("directory.metadata", "base/.metadata");
        Copy("secret", ".secret");
        File.WriteAllText(directory["images/base/img.2"], "");
        File.WriteAllText(directory["images/base/img.3~"], "half");
        File.CreateSymbolicLink(directory["images/base/linked"], "img.0");
        Directory.CreateSymbolicLink(directory["images/base/sub/loop"], directory["images"]);
        return new LocalStore(directory.FullName).Images;
    }

    [FixtureFact]
    public void IsRead()
    {
        var store = Lay();
        Assert.Equal(["base/img.0", "base/img.1"], store.List());
        Assert.Equal([".", "base", "base/sub"], store.ListDirectories());
        Assert.Equal("base/img.1", store.FindLatest("base"));
        Assert.Null(store.FindLatest("base/sub"));
        Assert.NotEmpty(store.GetDirectoryMetadata("base").OwnerGroup);
        var image = store.Get("base/img.0")!;
        Assert.Equal(("admin", 17ul, 20ul), (image.CreatedBy, image.FileSystem!.DirectoryCount, image.FileSystem.RegularInodeCount));
        Assert.Equal(["/etc/hostname", "/tmp/.*", "/var/log/.*"], image.Filter!.Lines);
        Assert.Equal(
            ["/etc/newdir", "/etc/newdir/f", "/etc/newfile"],
            ImageDiff.Compare(image.FileSystem, store.Get("base/img.1")!.FileSystem!).Added.Select(entry => entry.Path.ToString()));
    }

    [FixtureFact]
    public void LacksItsObjectsAndNothingElse() => Assert.All(
        Lay().Verify(withContent: true), fault => Assert.EndsWith("is not available", fault.Reason));

    [FixtureFact]
    public void TakesNewImages()
    {
        var store = Lay();
        Assert.Throws<StoreException>(() => store.Add("base/img.2", SampleImage.Make(store.Objects)));
        Assert.Equal(AddedImage.Added, store.Add("base/img.3", SampleImage.Make(store.Objects)));
        Assert.Equal(["base/img.0", "base/img.1", "base/img.3"], store.List());
    }
}
