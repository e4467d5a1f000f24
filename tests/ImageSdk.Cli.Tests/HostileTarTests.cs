using System.Formats.Tar;
using System.Text;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;

namespace ImageSdk.Cli.Tests;

/// <summary>Tar files that are made to harm whoever takes them for an image.</summary>
public sealed class HostileTarTests : IDisposable
{
    readonly SampleStore sample = new();

    public void Dispose() => sample.Dispose();

    string Tar(Action<TarWriter> write)
    {
        var path = sample.Temporary[$"{Guid.NewGuid():N}.tar"];
        using var writer = new TarWriter(File.Create(path));
        write(writer);
        return path;
    }

    static PaxTarEntry File_(string name, string content = "x") => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    static PaxTarEntry Link(TarEntryType type, string name, string target) => new(type, name) { LinkName = target };

    [Theory]
    [InlineData("../outside")]
    [InlineData("etc/../../outside")]
    [InlineData("/../outside")]
    [InlineData("..")]
    [InlineData("a/..")]
    public void What_leads_out_is_one_error(string name)
    {
        Refused(sample.Run("add", "a", Tar(tar => tar.WriteEntry(File_(name)))));
        Refused(sample.Run("add", "a", Tar(tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, name)))));
        Refused(sample.Run("add", "a", Tar(tar => tar.WriteEntry(Link(TarEntryType.SymbolicLink, name, "x")))));
        Assert.False(File.Exists(sample.Temporary["outside"]));
        Assert.False(sample.Store.Images.Exists("a"));
    }

    [Theory]
    [InlineData(255, 1, true)]
    [InlineData(256, 1, false)]
    [InlineData(203, 20, true)]
    [InlineData(204, 20, false)]
    [InlineData(100_000, 1, false)]
    public void Names_are_as_long_as_systems_make_them(int length, int depth, bool isTaken)
    {
        var name = string.Join('/', Enumerable.Repeat(new string('a', length), depth));
        foreach (var prefix in (string[])["", "./", "/"])
            Taken(isTaken, sample.Run("add", $"a{prefix.Length}", Tar(tar => tar.WriteEntry(File_(prefix + name)))));
    }

    [Theory]
    [InlineData(4095, true)]
    [InlineData(4096, false)]
    public void Links_are_as_long_as_systems_make_them(int length, bool isTaken) =>
        Taken(isTaken, sample.Run("add", "a", Tar(tar => tar.WriteEntry(Link(TarEntryType.SymbolicLink, "l", new string('a', length))))));

    static void Taken(bool isTaken, CommandRun run)
    {
        if (!isTaken)
            Refused(run);
        else
            Assert.True(run.ExitCode == 0, run.Error);
    }

    public static TheoryData<string> Links => ["through a link", "a link to outside", "a link up", "a link to itself", "a link to a directory", "a link to what comes later"];

    [Theory]
    [MemberData(nameof(Links))]
    public void What_links_lead_to_is_one_error(string what)
    {
        var outside = sample.Temporary["outside"];
        Directory.CreateDirectory(outside);
        Refused(sample.Run("add", "a", Tar(tar =>
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "d"));
            if (what == "through a link")
            {
                tar.WriteEntry(Link(TarEntryType.SymbolicLink, "l", outside));
                tar.WriteEntry(File_("l/file"));
            }
            else
                tar.WriteEntry(Link(TarEntryType.HardLink, "h", what switch
                {
                    "a link to outside" => "/etc/passwd", "a link up" => "../../../../etc/passwd", "a link to itself" => "h", "a link to a directory" => "d", _ => "later",
                }));
            tar.WriteEntry(File_("later"));
        })));
        Assert.Empty(Directory.GetFileSystemEntries(outside));
    }

    [Fact]
    public void What_is_odd_stays_inside()
    {
        var outside = sample.Temporary["outside"];
        Directory.CreateDirectory(outside);
        var path = Tar(tar =>
        {
            tar.WriteEntry(File_("twice", "first"));
            tar.WriteEntry(Link(TarEntryType.SymbolicLink, "twice", outside));
            tar.WriteEntry(Link(TarEntryType.SymbolicLink, "link", outside));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "link"));
            tar.WriteEntry(File_("link/file"));
            tar.WriteEntry(File_(".wh.gone"));
            tar.WriteEntry(File_("d/.wh..wh..opq"));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Fifo, "pipe"));
            tar.WriteEntry(File_("back\\slash\n"));
        });
        var run = sample.Run("add", "a", path);
        Assert.True(run.ExitCode == 0, run.Error);
        var index = sample.Store.Images.Get("a")!.FileSystem!.Index;
        Assert.IsType<SymlinkInode>(index.Find("/twice"));
        Assert.IsType<DirectoryInode>(index.Find("/link"));
        Assert.IsType<RegularInode>(index.Find("/link/file"));
        // Names that only layers of containers give a meaning to.
        Assert.IsType<RegularInode>(index.Find("/.wh.gone"));
        Assert.Equal(0, sample.Run("get", "a", sample.Temporary["got"]).ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(outside));
    }

    [Fact]
    public void Headers_without_end_are_errors()
    {
        Refused(sample.Run("add", "a", Header('x', "777777777777"u8)));
        Refused(sample.Run("add", "a", Header('g', "00010000000\0"u8)));
        // Exabytes, and less than nothing, as numbers in base 256.
        Refused(sample.Run("add", "a", Header('L', [0x80, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])));
        Refused(sample.Run("add", "a", Header('0', [0x80, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])));
        Refused(sample.Run("add", "a", Header('0', [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0])));
        Refused(sample.Run("add", "a", Header('0', "77777777777\0"u8)));
    }

    [Fact]
    public void Headers_for_all_that_follow_say_only_what_is_known()
    {
        var run = sample.Run("add", "a", Tar(tar =>
        {
            for (var number = 0; number < 20; number++)
                tar.WriteEntry(new PaxGlobalExtendedAttributesTarEntry(Enumerable.Range(0, 2000).Select(key => KeyValuePair.Create($"key {number} {key}", new string('v', 100)))));
            tar.WriteEntry(new PaxGlobalExtendedAttributesTarEntry([KeyValuePair.Create("uid", "77")]));
            tar.WriteEntry(File_("file"));
        }));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.NotNull(sample.Store.Images.Get("a")!.FileSystem!.Index.Find("/file"));
    }

    string Header(char type, ReadOnlySpan<byte> size)
    {
        var block = new byte[1024];
        "name"u8.CopyTo(block);
        size.CopyTo(block.AsSpan(124));
        block[156] = (byte)type;
        "ustar\0"u8.CopyTo(block.AsSpan(257));
        block.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes($"{Convert.ToString(block.Sum(value => (int)value), 8).PadLeft(6, '0')}\0 ").CopyTo(block, 148);
        var path = sample.Temporary[$"{Guid.NewGuid():N}.tar"];
        File.WriteAllBytes(path, block);
        return path;
    }

    static void Refused(CommandRun run)
    {
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("imagesdk: error IMG7", run.Error, StringComparison.Ordinal);
        // The one for everything else.
        Assert.DoesNotContain("IMG7199", run.Error, StringComparison.Ordinal);
    }
}
