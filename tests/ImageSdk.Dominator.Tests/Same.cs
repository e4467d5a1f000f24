using ImageSdk.Images;

namespace ImageSdk.Dominator.Tests;

/// <summary>Equality of models that hold lists and maps, part by part.</summary>
static class Same
{
    public static void Image(Image expected, Image actual)
    {
        Assert.Equal(Bare(expected), Bare(actual));
        if (expected.CreatedOn?.TotalOffsetMinutes != -1)
            Assert.Equal(expected.CreatedOn?.Offset, actual.CreatedOn?.Offset);
        Assert.Equal(expected.Filter?.Lines, actual.Filter?.Lines);
        Assert.Equal(expected.OwnerGroups, actual.OwnerGroups);
        Assert.Equal(expected.OwnerUsers, actual.OwnerUsers);
        Assert.Equal(expected.Packages, actual.Packages);
        Assert.Equal(expected.Tags, actual.Tags);
        Assert.Equal(expected.Attestations, actual.Attestations);
        Assert.Equal(expected.Triggers is null, actual.Triggers is null);
        Assert.Equal(expected.Triggers?.List.Select(Bare), actual.Triggers?.List.Select(Bare));
        Assert.Equal(expected.Triggers?.List.SelectMany(trigger => trigger.MatchLines), actual.Triggers?.List.SelectMany(trigger => trigger.MatchLines));
        Assert.Equal(expected.FileSystem is null, actual.FileSystem is null);
        if (expected.FileSystem is not null)
            FileSystem(expected.FileSystem, actual.FileSystem!);
    }

    public static void FileSystem(FileSystem expected, FileSystem actual)
    {
        Assert.Equal(
            (expected.RegularInodeCount, expected.TotalDataBytes, expected.DirectoryCount),
            (actual.RegularInodeCount, actual.TotalDataBytes, actual.DirectoryCount));
        Inode(expected.Root, actual.Root);
        Assert.Equal(expected.InodeTable.Keys.Order(), actual.InodeTable.Keys.Order());
        foreach (var (number, inode) in expected.InodeTable)
            Inode(inode, actual.InodeTable[number]);
    }

    static void Inode(Inode expected, Inode actual)
    {
        if (expected is not DirectoryInode directory)
        {
            Assert.Equal(expected, actual);
            return;
        }
        var other = Assert.IsType<DirectoryInode>(actual);
        Assert.Equal(directory.Entries, other.Entries);
        Assert.Equal(directory with { Entries = [] }, other with { Entries = [] });
    }

    static Image Bare(Image image) => image with
    {
        FileSystem = null, Filter = null, OwnerGroups = [], OwnerUsers = [], Packages = [], Tags = null, Triggers = null, Attestations = null,
    };

    static Trigger Bare(Trigger trigger) => trigger with { MatchLines = [] };
}
