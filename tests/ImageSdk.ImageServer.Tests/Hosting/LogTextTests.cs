using ImageSdk.Hosting.Logs;

namespace ImageSdk.ImageServer.Tests.Hosting;

public class LogTextTests
{
    [Theory]
    [InlineData("plain ünïcode – 日本 😀", "plain ünïcode – 日本 😀")]
    [InlineData("a\nb\r\nc\td", @"a\nb\r\nc\td")]
    [InlineData("\x1b[31mred\a\0\x7f\u009b", @"\x1b[31mred\x07\x00\x7f\x9b")]
    [InlineData("a\u2028b\u2029c\u0085", @"a\u2028b\u2029c\x85")]
    [InlineData("\u202egnp.exe\u2066\u200b\ufeff", @"\u202egnp.exe\u2066\u200b\ufeff")]
    [InlineData("\U000E0041", @"\U000e0041")]
    public void Names_cannot_leave_their_line(string text, string expected) => Assert.Equal(expected, LogText.Clean(text));

    [Fact]
    public void Half_of_a_pair_is_shown()
    {
        Assert.Equal(@"a\ufffdb", LogText.Clean("a" + '\ud800' + "b"));
    }

    [Fact]
    public void A_line_has_an_end()
    {
        var line = LogText.Clean(new string('x', 1 << 20));
        Assert.EndsWith("xx… (1032192 more characters)", line);
        Assert.InRange(line.Length, 1 << 14, (1 << 14) + 64);
        Assert.EndsWith(@"\n… (1032192 more characters)", LogText.Clean(new string('\n', 1 << 20)));
    }

    [Fact]
    public async Task What_callers_send_is_one_line()
    {
        await using var server = await TestServer.StartAsync();
        var images = await server.ConnectImagesAsync();
        const string name = "x\n2026/01/01 00:00:00 DeleteImage(forged) by root\u202e\x1b[2J";
        await Assert.ThrowsAsync<Srpc.SrpcException>(() => images.DeleteImageAsync(name));
        var line = Assert.Single(server.LogLines, line => line.Contains("DeleteImage(", StringComparison.Ordinal));
        Assert.EndsWith(@"DeleteImage(x\n2026/01/01 00:00:00 DeleteImage(forged) by root\u202e\x1b[2J)", line);
        Assert.Equal(line, Assert.Single(Directory.GetFiles(server.LogDirectory).Where(file => new FileInfo(file).LinkTarget is null)
            .SelectMany(File.ReadAllLines), written => written.Contains("forged", StringComparison.Ordinal)));
    }
}
