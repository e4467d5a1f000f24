using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Layers;

public sealed class CacheProtectionTests : IDisposable
{
    const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    const UnixFileMode Readable = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    const UnixFileMode Open = Readable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk cäche-").FullName;
    readonly RecordingListener listener = new();
    readonly LayerStore store;

    public CacheProtectionTests() => store = New(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static LayerStore New(string cache) => new(cache, Processes.UserId);

    string Make(string name, UnixFileMode mode)
    {
        var directory = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        File.SetUnixFileMode(directory, mode);
        return directory;
    }

    [Fact]
    public void What_is_made_is_the_users_alone()
    {
        Assert.True(CacheProtection.TryApply(store));
        store.CreateDirectories();
        Assert.All(Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories), directory => Assert.Equal(Private, File.GetUnixFileMode(directory)));
        CacheProtection.Apply(store, listener);
        Assert.Empty(listener.ProgressLines);
    }

    [Fact]
    public void Whatever_the_umask_the_user_alone_can_write_to_what_is_made()
    {
        const uint common = 0x12; // 022
        var cache = Path.Combine(folder, "made ä/below");
        // It is the whole process's, so for no longer than this.
        Processes.SetUmask(0);
        try
        {
            CacheProtection.Apply(New(cache), listener);
        }
        finally
        {
            Processes.SetUmask(common);
        }
        Assert.Equal(Private, File.GetUnixFileMode(New(cache).Root));
        for (var directory = cache; directory != folder; directory = Path.GetDirectoryName(directory)!)
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(directory) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        Assert.Null(PathTrust.FindWeakness(New(cache).Root));
    }

    [Theory]
    [InlineData("")]
    [InlineData("layers")]
    [InlineData("sessions")]
    public void What_others_could_read_is_closed_and_said(string name)
    {
        store.CreateDirectories();
        var directory = Path.Combine(store.Root, name);
        File.SetUnixFileMode(directory, Readable);
        Assert.False(CacheProtection.TryApply(store));
        CacheProtection.Apply(store, listener);
        Assert.Equal(Private, File.GetUnixFileMode(directory));
        Assert.Contains(store.Root, Assert.Single(listener.ProgressLines), StringComparison.Ordinal);
        Assert.Empty(listener.Warnings);
    }

    [Fact]
    public void What_others_could_write_is_a_warning()
    {
        store.CreateDirectories();
        File.SetUnixFileMode(store.LayersDirectory, Open);
        CacheProtection.Apply(store, listener);
        Assert.Equal(Private, File.GetUnixFileMode(store.LayersDirectory));
        Assert.Equal("IMG3171", Assert.Single(listener.Warnings).Code);
        Assert.True(CacheProtection.TryApply(store));
    }

    [Theory]
    [InlineData("open")]
    [InlineData("open/below")]
    [InlineData("link")]
    public void A_place_that_others_can_replace_is_refused(string cache)
    {
        var open = Make("open", Open);
        Make("open/below", Private);
        Directory.CreateSymbolicLink(Path.Combine(folder, "link"), Path.Combine(open, "below"));
        var refused = New(Path.Combine(folder, cache));
        Assert.False(CacheProtection.TryApply(refused));
        var failure = Assert.Throws<BuildException>(() => CacheProtection.Apply(refused, listener));
        Assert.Equal("IMG3172", failure.Diagnostic.Code);
        Assert.Contains(open, failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(refused.Root));
    }

    [Fact]
    public void With_the_sticky_bit_a_common_folder_is_good()
    {
        var common = Make("common", Open | UnixFileMode.StickyBit);
        CacheProtection.Apply(New(common), listener);
        Assert.Equal(Private, File.GetUnixFileMode(New(common).Root));
    }

    [Fact]
    public void Another_users_folder_is_refused_and_below_one_is_a_warning()
    {
        if (!Processes.IsRoot)
            return;
        using var handle = DirectoryHandle.Open(folder);
        Make("theirs", Private);
        handle.SetOwner("theirs"u8, 12345, 12345);
        CacheProtection.Apply(New(Path.Combine(folder, "theirs")), listener);
        Assert.Equal("IMG3174", Assert.Single(listener.Warnings).Code);
        Make(Path.GetFileName(store.Root), Private);
        handle.SetOwner(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(store.Root)), 12345, 12345);
        Assert.Equal("IMG3172", Assert.Throws<BuildException>(() => CacheProtection.Apply(store, listener)).Diagnostic.Code);
    }

    [Fact]
    public void A_group_is_others_where_it_has_other_members()
    {
        var fields = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).First(fields => fields[2] != "0" && fields[2] != Processes.UserId.ToString() && fields[3] != "0");
        Assert.NotNull(SystemGroups.FindOtherMember(uint.Parse(fields[3])));
        Assert.Null(SystemGroups.FindOtherMember(4_000_000_000));
    }
}
