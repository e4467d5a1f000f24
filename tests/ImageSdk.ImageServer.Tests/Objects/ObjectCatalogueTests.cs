using ImageSdk.ImageServer.Objects;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Tests;

public sealed class ObjectCatalogueTests : IDisposable
{
    static readonly ObjectHash absent = ObjectHash.Of("absent"u8);

    readonly TemporaryStore temporary = new();

    public void Dispose() => temporary.Dispose();

    ObjectStore Store => temporary.Store;

    [Fact]
    public void A_new_store_is_empty()
    {
        var catalogue = temporary.Open();
        Assert.Equal(default, catalogue.Statistics);
        Assert.Null(catalogue.SizeOf(absent));
        Assert.Throws<ObjectNotFoundException>(() => catalogue.OpenRead(absent));
        Assert.True(Directory.Exists(Store.Directory));
    }

    [Fact]
    public void What_is_in_the_store_is_found_and_the_rest_is_put_in_order()
    {
        var hashes = Enumerable.Range(1, 50).Select(length => Store.Add(TemporaryStore.Content(length)).Hash).ToArray();
        var empty = ObjectHash.Of("empty"u8);
        Store.Add("empty"u8);
        File.WriteAllBytes(Store.GetPath(empty), []);
        File.WriteAllText(Store.GetPath(hashes[0]) + "~", "half");
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(Store.GetPath(hashes[1]))!, "README"), "x");
        File.WriteAllText(Path.Combine(Store.Directory, ".hidden"), "x");
        Directory.CreateDirectory(Path.Combine(Store.Directory, "lost+found"));

        var catalogue = temporary.Open();

        Assert.Equal([empty], catalogue.Condition.EmptyObjects);
        Assert.Equal(1, catalogue.Condition.LeftoverCount);
        Assert.Equal(2, catalogue.Condition.ForeignNames.Count);
        Assert.Contains("lost+found", catalogue.Condition.ForeignNames);
        Assert.Equal(new(50, 50 * 51 / 2, 50, 50 * 51 / 2, 0, 0), catalogue.Statistics);
        Assert.Equal(Enumerable.Range(1, 50).Select(length => (ulong?)length), hashes.Select(hash => catalogue.SizeOf(hash)));
        Assert.Null(catalogue.SizeOf(empty));
        Assert.Equal(50 + 3, temporary.Files().Length);
        Assert.True(File.Exists(Path.Combine(Store.Directory, ".quarantine", empty.ToString())));
        using var content = catalogue.OpenRead(hashes[7]);
        Assert.Equal(8, content.Length);
    }

    [Fact]
    public void Objects_that_are_put_there_by_hand_are_taken_in()
    {
        var catalogue = temporary.Open();
        var hash = Store.Add("by hand"u8).Hash;
        Assert.Equal([7UL, 0UL], catalogue.SizesOf([hash, absent]));
        Assert.Equal(1, catalogue.Statistics.Count);
        var other = Store.Add("another"u8).Hash;
        catalogue.AddReferences([new(other, 7, 1)]);
        Assert.Equal(new(2, 14, 1, 7, 1, 7), catalogue.Statistics);
    }

    [Fact]
    public void References_are_counted_all_or_none()
    {
        var one = Store.Add("one"u8).Hash;
        var three = Store.Add("three"u8).Hash;
        var catalogue = temporary.Open();
        var before = catalogue.Statistics;

        string Refusal(params ObjectUse[] uses) => Assert.Throws<SrpcException>(() => catalogue.AddReferences(uses)).Message;
        Assert.Equal($"object: {absent} is not available", Refusal(new(one, 3, 1), new(absent, 1, 1), new(three, 5, 1)));
        Assert.Equal("2 objects are not available", Refusal(new(one, 3, 1), new(absent, 1, 1), new(default, 5, 1)));
        Assert.Equal($"object: {three} has 5 bytes instead of 4", Refusal(new(one, 3, 1), new(three, 4, 1)));
        Assert.Equal(before, catalogue.Statistics);

        catalogue.AddReferences([new(one, 3, 2), new(three, null, 1)]);
        Assert.Equal(new(2, 8, 0, 0, 3, 11), catalogue.Statistics);
        catalogue.DropReferences([new(one, 3, 2)]);
        Assert.Equal(new(2, 8, 1, 3, 1, 5), catalogue.Statistics);
    }

    [Fact]
    public void An_object_whose_file_is_gone_is_absent_but_its_references_stay()
    {
        var hash = Store.Add("here"u8).Hash;
        var catalogue = temporary.Open();
        catalogue.AddReferences([new(hash, 4, 1)]);
        File.Delete(Store.GetPath(hash));
        Assert.Throws<ObjectNotFoundException>(() => catalogue.OpenRead(hash));
        Assert.Null(catalogue.SizeOf(hash));
        Assert.Equal(new(0, 0, 0, 0, 1, 0), catalogue.Statistics);
        Assert.Throws<SrpcException>(() => catalogue.AddReferences([new(hash, 4, 1)]));
        catalogue.DropReferences([new(hash, 4, 1)]);
        Assert.Equal(default, catalogue.Statistics);
    }
}
