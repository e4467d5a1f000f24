using System.Diagnostics;
using System.Globalization;

namespace ImageSdk.Posix.Tests;

/// <summary>Files of holes: what is read, written and copied, and the room that it takes.</summary>
public sealed class SparseFileTests : IDisposable
{
    readonly string folder = Directory.CreateDirectory(
        Path.Combine(Environment.GetEnvironmentVariable("IMAGESDK_TEST_ROOT") is { Length: > 0 } root ? root : Path.GetTempPath(), $"sparse é {Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static TheoryData<long, long[], long> Files => new()
    {
        // Bytes of the file, places of 10 bytes of content in it, and the most that it may take.
        { 0, [], 0 },
        { 10, [0], 8 << 10 },
        { 5000, [], 8 << 10 },
        { 200_000, [100_000], 144 << 10 },
        { 20 << 20, [], 64 << 10 },
        { (20 << 20) + 17, [], 64 << 10 },
        { 20 << 20, [0], 128 << 10 },
        { 20 << 20, [(20 << 20) - 10], 128 << 10 },
        { (20 << 20) + 1, [(1 << 20) - 5, 7 << 20, (20 << 20) - 9], 512 << 10 },
    };

    static byte[] Content(long size, long[] places)
    {
        var content = new byte[size];
        foreach (var place in places)
            content.AsSpan((int)place, 10).Fill(0x61);
        return content;
    }

    string Make(long size, long[] places, bool withHoles)
    {
        var path = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        using var file = File.Create(path);
        if (!withHoles)
        {
            file.Write(Content(size, places));
            return path;
        }
        file.SetLength(size);
        foreach (var place in places)
        {
            file.Position = place;
            file.Write(Content(10, [0]));
        }
        return path;
    }

    static long BytesOf(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("stat", ["-c", "%b", path]) { RedirectStandardOutput = true })!;
        return long.Parse(process.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture) * 512;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_copy_has_the_same_content_and_holes_whatever_the_source_has(long size, long[] places, long most)
    {
        foreach (var withHoles in new[] { true, false })
        {
            var source = Make(size, places, withHoles);
            var target = source + ".copy";
            using (var from = File.OpenHandle(source))
            using (var to = File.OpenHandle(target, FileMode.CreateNew, FileAccess.Write))
                SparseWriter.Copy(from, to);
            Assert.True(Content(size, places).AsSpan().SequenceEqual(File.ReadAllBytes(target)));
            Assert.InRange(BytesOf(target), 0, most);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Content_that_comes_in_pieces_gives_the_same_file(long size, long[] places, long most)
    {
        var content = Content(size, places);
        using var directory = DirectoryHandle.Open(folder);
        foreach (var piece in new[] { 1 << 20, 100_000, 65_536 })
        {
            var name = $"{piece}-{size}-{places.Length}";
            using (var file = directory.CreateBeneath(System.Text.Encoding.ASCII.GetBytes(name), 0x180))
                for (var at = 0; at < content.Length; at += piece)
                    file.WriteSparse(content.AsSpan(at, Math.Min(piece, content.Length - at)));
            using (var handle = File.OpenHandle(Path.Combine(folder, name + "h"), FileMode.CreateNew, FileAccess.Write))
                for (var at = 0; at < content.Length; at += piece)
                    SparseWriter.Write(handle, content.AsSpan(at, Math.Min(piece, content.Length - at)), at);
            foreach (var path in new[] { name, name + "h" }.Select(written => Path.Combine(folder, written)))
            {
                Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(path)));
                // Where pieces are cut, a block may be written by halves.
                Assert.InRange(BytesOf(path), 0, most + (places.Length + 1) * (128 << 10));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_reader_gives_what_the_file_has(long size, long[] places, long most)
    {
        _ = most;
        var path = Make(size, places, withHoles: true);
        using var directory = DirectoryHandle.Open(folder);
        using var opened = directory.OpenBeneath(System.Text.Encoding.ASCII.GetBytes(Path.GetFileName(path)));
        var read = new byte[size + 1];
        var total = 0;
        for (int count; (count = opened.ReadSparse(read.AsSpan(total, Math.Min(100_001, read.Length - total)))) > 0; total += count)
        {
        }
        Assert.Equal(size, total);
        Assert.True(Content(size, places).AsSpan().SequenceEqual(read.AsSpan(0, total)));

        opened.Rewind();
        Assert.Equal((int)Math.Min(size, 10), opened.ReadSparse(new byte[10]));

        using var file = File.OpenHandle(path);
        var start = (int)Math.Min(size, 50_000);
        var rest = new byte[size - start];
        Assert.Equal(rest.Length, new SparseReader(file, start).Read(rest));
        Assert.True(Content(size, places).AsSpan(start).SequenceEqual(rest));
    }

    [Fact]
    public void A_file_that_tells_nothing_of_holes_is_read_all_the_same()
    {
        using var file = File.OpenHandle("/proc/self/status");
        Assert.True(new SparseReader(file).Read(new byte[100]) > 0);
    }
}
