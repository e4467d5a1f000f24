using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Sandbox.Logging;

namespace ImageSdk.Building.Tests.Worker;

public class OutputTests
{
    static List<string> Read(byte[] bytes, int longest = OutputLines.LongestKept)
    {
        var lines = new List<string>();
        OutputLines.Read(new MemoryStream(bytes), longest, (line, leftOut) => lines.Add(SafeText.Show(line, leftOut)));
        return lines;
    }

    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\nb", "a|b")]
    [InlineData("a\r\nb\r\n", "a|b")]
    [InlineData("\n\na\n", "||a")]
    [InlineData("10%\r20%\rdone\n", "done")]
    [InlineData("10%\r20%\r", "20%")]
    [InlineData("\ttab ä €\n", "\ttab ä €")]
    [InlineData("\u001b[1;31mred\u001b[0m \u001b]0;title\u0007text\n", "red text")]
    [InlineData("bell\u0007 null\0 csi\u009b\n", "bell\\x07 null\\x00 csi\\x9B")]
    public void Lines_are_what_a_terminal_would_show(string output, string expected) =>
        Assert.Equal(expected.Split('|'), Read(Encoding.UTF8.GetBytes(output)));

    [Fact]
    public void Bytes_that_are_no_text_are_shown_by_their_numbers()
    {
        Assert.Equal(["\\xFF\\xFEa\\x00b"], Read([0xFF, 0xFE, (byte)'a', 0, (byte)'b', (byte)'\n']));
        Assert.Equal(["caf\\xE9 x"], Read([.. "caf"u8, 0xE9, .. " x\n"u8]));
    }

    [Theory]
    [InlineData("a sec\u001b[1;31mre\u001b[0mt\n", "***")] // grep --color
    [InlineData("\u001b[32ma secret\u001b[0m of\u0001bytes\n", "*** ***")]
    [InlineData("a secret and a secret\n", "*** and ***")]
    public void A_secret_with_colours_in_it_is_masked(string output, string expected)
    {
        var mask = new SecretMask(["secret", "a secret", "of\u0001bytes"]);
        OutputLines.Read(new MemoryStream(Encoding.UTF8.GetBytes(output)), OutputLines.LongestKept,
            (line, leftOut) => Assert.Equal(expected, SafeText.Show(line, leftOut, text => mask.Apply(text))));
    }

    [Fact]
    public void A_line_without_end_is_cut_and_takes_no_memory()
    {
        // Other tests take memory at the same time.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var lines = new List<string>();
        OutputLines.Read(new Endless(300_000_000), OutputLines.LongestKept, (line, leftOut) => lines.Add(SafeText.Show(line, leftOut)));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000_000);
        Assert.Equal($"{new string('x', SafeText.Longest)}… ({300_000_000 - SafeText.Longest} bytes left out)", Assert.Single(lines));
    }

    [Fact]
    public void Data_is_read_whole() =>
        OutputLines.Read(new Endless(1_000_000), line => Assert.Equal(1_000_000, line.Length));

    [Fact]
    public void Of_much_output_the_beginning_and_the_end_are_kept()
    {
        var written = new List<string>();
        using (var output = new CommandOutput(SafeText.Show, written.Add, limit: 1000))
        {
            for (var number = 0; number < 100_000; number++)
                output.Add($"line {number}");
            Assert.Equal(LastLines.Kept, output.LastLines.Count);
            Assert.Equal("line 99999", output.LastLines[^1]);
        }
        Assert.Equal("line 0", written[0]);
        Assert.Equal("line 99999", written[^1]);
        Assert.True(written.Sum(line => line.Length + 1) < 2200);
        Assert.Matches("^… [0-9]+ lines \\([0-9]+ characters\\) of the output are left out here …$", Assert.Single(written, line => line.StartsWith('…')));
    }

    [Theory]
    [InlineData("(Reading database ... ", true)]
    [InlineData("(Reading database ... 35%", true)]
    [InlineData("Progress: [ 42%]", true)]
    [InlineData(" 17.5 %", true)]
    [InlineData("(Reading database ... 12345 files and directories currently installed.)", false)]
    [InlineData("disk is 95% full", false)]
    public void Progress_lines_are_dropped(string line, bool isProgress)
    {
        var written = new List<string>();
        using (var output = new CommandOutput(SafeText.Show, written.Add))
            output.Add(line);
        Assert.Equal(isProgress ? [] : new[] { line }, written);
    }

    [Theory]
    [InlineData(1, "exit code 1")]
    [InlineData(137, "exit code 137, killed by SIGKILL")]
    [InlineData(139, "exit code 139, killed by SIGSEGV")]
    [InlineData(143, "exit code 143, killed by SIGTERM")]
    [InlineData(127, "exit code 127, a command was not found")]
    [InlineData(255, "exit code 255")]
    public void Signals_are_named(int exitCode, string expected) => Assert.Equal(expected, ExitStatus.Describe(exitCode));

    sealed class Endless(long length) : Stream
    {
        long left = length;

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(left, buffer.Length);
            buffer[..count].Fill((byte)'x');
            left -= count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
