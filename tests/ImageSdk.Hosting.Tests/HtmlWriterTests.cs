using System.IO.Pipelines;
using System.Text;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Images;

namespace ImageSdk.Hosting.Tests;

public sealed class HtmlWriterTests
{
    static async Task<string> WriteAsync(Action<HtmlWriter> write)
    {
        var stream = new MemoryStream();
        var pipe = PipeWriter.Create(stream);
        var html = new HtmlWriter(pipe);
        write(html);
        await html.EndAsync(default);
        await pipe.CompleteAsync();
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public async Task EscapesTextAndAttributes() => Assert.Equal(
        "<a href=\"&quot;&#39;&lt;&gt;&amp;\">\"'&lt;/a&gt;&amp;amp;␀␛\n\tö😀</a>",
        await WriteAsync(html => html.Element("a", "\"'</a>&amp;\0\u001b\n\tö😀", ("href", "\"'<>&"))));

    [Fact]
    public async Task WritesTextsOfAnyLength()
    {
        // An odd start puts characters of two units across all bounds.
        var text = "x" + string.Concat(Enumerable.Repeat("😀ö&", 100_000));
        Assert.Equal($"<p>{text.Replace("&", "&amp;")}</p>", await WriteAsync(html => html.Element("p", text)));
        var plain = "x" + string.Concat(Enumerable.Repeat("😀", 100_000));
        Assert.Equal($"<p>{plain}</p>", await WriteAsync(html => html.Element("p", plain)));
    }

    [Fact]
    public async Task LeavesOutAttributesWithoutValueAndClosesInOrder() => Assert.Equal(
        "<div><p required>x</p></div><br>",
        await WriteAsync(html =>
        {
            using (html.Open("div", ("class", null)))
            using (html.Open("p", ("required", "")))
                html.Text("x");
            html.Void("br");
        }));

    [Fact]
    public async Task FollowsOnlyLinksThatBrowsersMay()
    {
        Assert.Equal("javascript:alert(1)", await WriteAsync(html => html.ForeignLink("javascript:alert(1)")));
        Assert.Equal("data:text/html,x", await WriteAsync(html => html.ForeignLink("data:text/html,x")));
        Assert.StartsWith("<a href=\"https://a.example/?x=%22&amp;y\"", await WriteAsync(html => html.ForeignLink("https://a.example/?x=\"&y")));
    }

    [Theory]
    [InlineData("?base/img.0", "base/img.0", null)]
    [InlineData("?base/img.0&output=text", "base/img.0", "text")]
    [InlineData("?a&b=c&output=json", "a&b=c", "json")]
    [InlineData("?output", "output", null)]
    [InlineData("?output%3Dtext", "output=text", null)]
    [InlineData("?a+b%20c%zz%", "a+b c%zz%", null)]
    [InlineData("?name=a+b%26&output=a+b", "a b&", "a b")]
    [InlineData("", null, null)]
    public void TakesAQueryApart(string text, string? name, string? output)
    {
        var query = new PageQuery(text, new HashSet<string> { "output=" });
        Assert.Equal((name, output), (query.Names.FirstOrDefault(), query["output"]));
    }

    [Theory]
    [InlineData("öl & <x>/a \"b\"+=%41#?")]
    [InlineData("base/2026-01-31:23:59:59")]
    public void LinksToWhatItReads(string name)
    {
        var link = new PageLink("/x", name).With("path", new ByteString([.. "/é"u8, 0xFF, (byte)'&'])).ToString();
        var query = new PageQuery(link[2..], new HashSet<string> { "path=" });
        Assert.Equal(name, query.Names[0]);
        Assert.Equal([.. "/é"u8, 0xFF, (byte)'&'], query.Bytes("path")!.Value.Span.ToArray());
    }
}
