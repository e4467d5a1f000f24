using System.IO.Pipelines;
using ImageSdk.Hosting.Options;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;

namespace ImageSdk.Hosting.Tests;

public class PageOutputTests
{
    [Fact]
    public async Task NothingMoreIsRenderedForAReaderWhoHasGone()
    {
        var pipe = new Pipe();
        var html = new HtmlWriter(pipe.Writer);
        await pipe.Reader.CompleteAsync();
        var lines = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            for (; lines < 1_000_000; lines++)
            {
                html.Element("p", "a line of a page that goes on and on");
                await html.FlushAsync(default);
            }
        });
        Assert.InRange(lines, 1, 1000);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            var json = new JsonStream(pipe.Writer, 0, default);
            await json.WriteListAsync(null, Enumerable.Repeat("text", 1_000_000), text =>
            {
                lines++;
                json.Writer.WriteStringValue(text);
            });
        });
        Assert.InRange(lines, 1, 20_000);
    }

    [Fact]
    public async Task WhatASlowReaderHasNotTakenIsBounded()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1 << 16, resumeWriterThreshold: 1 << 15));
        var html = new HtmlWriter(pipe.Writer);
        var rendering = Task.Run(async () =>
        {
            for (var line = 0; line < 100_000; line++)
            {
                html.Element("p", "a line of a page that goes on and on");
                await html.FlushAsync(default);
            }
            await pipe.Writer.CompleteAsync();
        });
        long most = 0, total = 0;
        while (await pipe.Reader.ReadAsync() is { Buffer: var buffer } && buffer.Length > 0)
        {
            most = Math.Max(most, buffer.Length);
            total += buffer.Length;
            pipe.Reader.AdvanceTo(buffer.End);
        }
        await rendering;
        Assert.InRange(most, 1, 1 << 18);
        Assert.InRange(total, 4_000_000, 10_000_000);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "0.98 KiB")]
    [InlineData(8192, "8 KiB")]
    [InlineData(1_048_575, "1 MiB")]
    [InlineData(12_884_901, "12.3 MiB")]
    [InlineData(9_993_000_000, "9.31 GiB")]
    [InlineData(107_374_182_400, "100 GiB")]
    [InlineData(ulong.MaxValue, "16 EiB")]
    public void SizesHaveThreeDigits(ulong bytes, string expected) => Assert.Equal(expected, PageElements.Bytes(bytes));

    [Theory]
    [InlineData("1.2.3+0123456789abcdef0123456789abcdef01234567", "1.2.3+012345678")]
    [InlineData("1.2.3+01", "1.2.3+01")]
    [InlineData("1.2.3", "1.2.3")]
    public void VersionsOnPagesAreShort(string version, string expected) => Assert.Equal(expected, ServerVersion.Shorten(version));
}
