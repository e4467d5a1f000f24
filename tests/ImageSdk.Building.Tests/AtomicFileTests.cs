using ImageSdk.Posix;

namespace ImageSdk.Building.Tests;

public sealed class AtomicFileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk-atomic-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // Workers in sandboxes are all process 1 of theirs, and their threads have the same numbers.
    [Fact]
    public void Two_of_one_process_number_and_thread_write_one_file_at_once()
    {
        var path = Path.Combine(folder, "a");
        AtomicFile.Write(path, outer =>
        {
            outer.Write("out"u8);
            AtomicFile.Write(path, "inner");
            Assert.Equal("inner", File.ReadAllText(path));
            outer.Write("er"u8);
        });
        Assert.Equal("outer", File.ReadAllText(path));
        Assert.Equal([path], Directory.EnumerateFiles(folder));
    }

    [Fact]
    public void A_file_is_written_where_its_text_is_another()
    {
        var path = Path.Combine(folder, "a");
        Assert.True(AtomicFile.WriteWhenDifferent(path, "one"));
        Assert.False(AtomicFile.WriteWhenDifferent(path, "one"));
        Assert.True(AtomicFile.WriteWhenDifferent(path, "two"));
        Assert.Equal("two", File.ReadAllText(path));
    }

    [Fact]
    public void What_fails_leaves_the_old_file_and_nothing_else()
    {
        var path = Path.Combine(folder, "a");
        AtomicFile.Write(path, "old");
        Assert.Throws<InvalidDataException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            throw new InvalidDataException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.EnumerateFiles(folder));
    }
}
