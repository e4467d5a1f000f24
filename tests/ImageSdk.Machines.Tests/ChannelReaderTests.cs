using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Machines.BootTests;

namespace ImageSdk.Machines.Tests;

public sealed class ChannelReaderTests
{
    static List<ChannelMessage> Read(byte[] bytes, int piece = int.MaxValue)
    {
        var reader = new ChannelReader();
        return [.. bytes.Chunk(Math.Min(piece, Math.Max(1, bytes.Length))).SelectMany(part => reader.Read(part))];
    }

    static List<ChannelMessage> Read(string text) => Read(Encoding.ASCII.GetBytes(text));

    [Fact]
    public void Messages_are_read_between_other_lines()
    {
        var read = Read("noise\n\n@imagesdk ready degraded\r\n[  1.2] a kernel@imagesdk done\n@imagesdk out aGk=\n@imagesdk exit 3\n");

        Assert.Equal(new ChannelMessage.Ready("degraded"), read[0]);
        Assert.IsType<ChannelMessage.Done>(read[1]);
        Assert.Equal("hi", Encoding.UTF8.GetString(Assert.IsType<ChannelMessage.Output>(read[2]).Bytes.Span));
        Assert.Equal(new ChannelMessage.Exit(3), read[3]);
        Assert.Equal(4, read.Count);
    }

    [Theory]
    [InlineData("@imagesdk ready\n")]
    [InlineData("@imagesdk ready Not A Word\n")]
    [InlineData("@imagesdk exit 256\n")]
    [InlineData("@imagesdk exit -1\n")]
    [InlineData("@imagesdk exit\n")]
    [InlineData("@imagesdk out not base64!\n")]
    [InlineData("@imagesdk done")]
    [InlineData("imagesdk done\n")]
    public void What_is_no_message_is_passed_over(string text)
    {
        Assert.Empty(Read(text));
        Assert.Single(Read(text.TrimEnd('\n') + "\n@imagesdk exit 0\n"), message => message is ChannelMessage.Exit { Code: 0 });
    }

    [Fact]
    public void A_line_without_end_takes_no_memory_and_hides_nothing_after_it()
    {
        var text = new string('x', 1 << 20) + "@imagesdk done\n@imagesdk exit 1\n";
        Assert.Equal([new ChannelMessage.Exit(1)], Read(text));
    }

    /// <summary>What is left of it might be a message by chance.</summary>
    [Fact]
    public void Of_a_line_that_is_too_long_nothing_is_read()
    {
        var rest = new string('x', 5000);
        Assert.Equal([new ChannelMessage.Exit(1)], Read($"@imagesdk done {rest}\n@imagesdk exit 1\n"));
    }

    [Fact]
    public void Any_bytes_are_read_and_the_pieces_they_come_in_do_not_matter()
    {
        var words = new[] { "@imagesdk ", "ready ", "running", "done", "out ", "QUJD", "exit ", "7", "\n", "\r", " ", "\0", "\u00e9" };
        var noise = Gen.OneOf(Gen.Elements(words), Gen.Choose(0, 255).Select(value => ((char)value).ToString())).ListOf().Select(parts => Encoding.Latin1.GetBytes(string.Concat(parts)));
        Prop.ForAll(noise.ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), (bytes, piece) =>
        {
            var whole = Read(bytes);
            Assert.Equal(whole.Select(Show), Read(bytes, piece).Select(Show));
            Assert.True(whole.Count <= bytes.Count(value => value == '\n'));
        }).QuickCheckThrowOnFailure();
    }

    static string Show(ChannelMessage message) => message is ChannelMessage.Output output ? Convert.ToBase64String(output.Bytes.Span) : message.ToString();
}
