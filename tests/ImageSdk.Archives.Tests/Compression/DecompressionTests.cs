using System.Diagnostics;
using ImageSdk.Archives.Compression;
using ImageSdk.Posix;

namespace ImageSdk.Archives.Tests.Compression;

/// <summary>What programs compress, read back; and what is damaged, never read as if it were whole.</summary>
public sealed class DecompressionTests
{
    /// <summary>Text that compresses, then bytes that do not: more than one block of each format's smallest.</summary>
    static readonly byte[] content = MakeContent();

    static byte[] MakeContent()
    {
        var random = new Random(5);
        var bytes = new byte[700_000];
        random.NextBytes(bytes);
        for (var i = 0; i < 500_000; i++)
            bytes[i] = (byte)('a' + bytes[i] % 3);
        return bytes;
    }

    /// <summary>Endings with what makes such files; "managed" reads .xz and .lzma without the program.</summary>
    public static TheoryData<string, string, bool> Formats => new()
    {
        { ".gz", "gzip -c", false },
        { ".zst", "zstd -c -q", false },
        { ".zst", "zstd -c -q --ultra -22 --long=27", false },
        { ".bz2", "bzip2 -c", false },
        { ".lz", "lzip -c", false },
        { ".xz", "xz -c", false },
        { ".xz", "xz -c --x86 --lzma2", false },
        { ".lzma", "xz -c --format=lzma", false },
        { ".xz", "xz -c", true },
        { ".xz", "xz -c --check=none -T2 --block-size=100000", true },
        { ".xz", "xz -c --check=sha256", true },
        { ".xz", "xz -c --check=crc32 -0", true },
        { ".lzma", "xz -c --format=lzma", true },
    };

    static byte[] Run(string command, byte[] input)
    {
        var words = command.Split(' ');
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var feeding = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        });
        var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        feeding.Wait();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }

    static byte[] Read(byte[] compressed, string ending, bool managed)
    {
        using var stream = managed
            ? new CheckedStream(() => ManagedXzStream.Open(new MemoryStream(compressed)), ending)
            : Decompression.Open(new MemoryStream(compressed), ending);
        var output = new MemoryStream();
        stream.CopyTo(output);
        return output.ToArray();
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void What_a_program_compressed_is_read(string ending, string command, bool managed) =>
        Assert.Equal(content, Read(Run(command, content), ending, managed));

    [Theory]
    [MemberData(nameof(Formats))]
    public void Nothing_is_nothing(string ending, string command, bool managed) =>
        Assert.Empty(Read(Run(command, []), ending, managed));

    [Theory]
    [MemberData(nameof(Formats))]
    public void What_is_cut_off_is_damaged(string ending, string command, bool managed)
    {
        var compressed = Run(command, content);
        // The last bytes of the old format only mark its end, where the content is complete.
        if (ending == ".lzma")
            compressed = compressed[..^6];
        foreach (var length in (int[])[1, 5, 20, compressed.Length / 3, compressed.Length - 9, compressed.Length - 1])
        {
            var error = Record.Exception(() => Read(compressed[..length], ending, managed));
            Assert.True(error is InvalidDataException, $"{length} of {compressed.Length} bytes: {error?.GetType().Name ?? "read as if it were whole"}");
        }
    }

    [Theory]
    [InlineData(".gz", "gzip -c", false)]
    [InlineData(".zst", "zstd -c -q", false)]
    [InlineData(".bz2", "bzip2 -c", false)]
    [InlineData(".xz", "xz -c", false)]
    [InlineData(".xz", "xz -c", true)]
    public void Several_streams_in_one_file_are_one_content(string ending, string command, bool managed)
    {
        byte[] file = [.. Run(command, content[..1000]), .. Run(command, []), .. Run(command, content[1000..])];
        Assert.Equal(content, Read(file, ending, managed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Zeros_between_and_after_streams_of_xz_are_no_content(bool managed)
    {
        byte[] file = [.. Run("xz -c", content[..1000]), 0, 0, 0, 0, 0, 0, 0, 0, .. Run("xz -c", content[1000..]), 0, 0, 0, 0];
        Assert.Equal(content, Read(file, ".xz", managed));
    }

    [Theory]
    [InlineData("xz -c --x86 --lzma2")]
    [InlineData("xz -c --check=none --x86 --lzma2")]
    [InlineData("xz -c --delta=dist=4 --lzma2")]
    public void Filters_that_only_the_program_has_are_refused_without_it(string command)
    {
        var error = Assert.Throws<InvalidDataException>(() => Read(Run(command, content), ".xz", managed: true));
        Assert.Contains("apt-get install xz-utils", error.Message);
        byte[] second = [.. Run("xz -c", content), .. Run(command, content)];
        Assert.Contains("apt-get install xz-utils", Assert.Throws<InvalidDataException>(() => Read(second, ".xz", managed: true)).Message);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3, 4 })]
    [InlineData(new byte[] { 0, 0, 0 })]
    [InlineData(new byte[] { 0xFD, (byte)'7', (byte)'z', (byte)'X' })]
    public void What_follows_xz_data_and_is_none_is_an_error(byte[] more) =>
        Assert.Throws<InvalidDataException>(() => Read([.. Run("xz -c", content), .. more], ".xz", managed: true));

    [Theory]
    [InlineData(".gz", "gzip -c", false)]
    [InlineData(".zst", "zstd -c -q --check", false)]
    [InlineData(".bz2", "bzip2 -c", false)]
    [InlineData(".lz", "lzip -c", false)]
    [InlineData(".xz", "xz -c", true)]
    public void A_flipped_bit_never_changes_the_content(string ending, string command, bool managed)
    {
        var compressed = Run(command, content[490_000..510_000]);
        var expected = content[490_000..510_000];
        var random = new Random(7);
        for (var attempt = 0; attempt < 60; attempt++)
        {
            var damaged = compressed.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            byte[]? read = null;
            var error = Record.Exception(() => read = Read(damaged, ending, managed));
            // Some bits mean nothing: a time, the name of a system.
            Assert.True(error is InvalidDataException || error is null && read.AsSpan().SequenceEqual(expected), error?.ToString() ?? "other content");
        }
    }

    [Fact]
    public void An_unknown_format_is_named() =>
        Assert.Contains(".br", Assert.Throws<InvalidDataException>(() => Decompression.Open(Stream.Null, ".br")).Message);

    [Fact]
    public void Nobody_has_to_read_to_the_end()
    {
        var compressed = Run("xz -c -0", content);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            using var stream = Decompression.Open(new MemoryStream(compressed), ".xz");
            Assert.True(stream.Read(new byte[10]) > 0);
        }
    }

    [Fact]
    public void A_source_that_cannot_be_read_is_told_as_that()
    {
        using var stream = Decompression.Open(new UnreadableStream(), ".xz");
        Assert.Equal("the disk is gone", Assert.Throws<IOException>(() => stream.Read(new byte[10])).Message);
    }

    sealed class UnreadableStream : ForwardStream
    {
        public override int Read(Span<byte> buffer) => throw new IOException("the disk is gone");
    }
}
