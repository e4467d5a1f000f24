using System.Text.Json;
using System.Text.RegularExpressions;
using ImageSdk.Comparison.Reports;
using ImageSdk.Images;

namespace ImageSdk.Comparison.Tests;

public partial class ReportTests
{
    [Fact]
    public void Every_name_takes_one_line_of_text()
    {
        var text = SampleReport.Hostile().Write(ReportFormat.Text);
        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("  + /srv/\\xff\\xfe (file, 7 B)\n", text);
        Assert.Contains("  - /srv/<script>alert(1)</script> (file, 30 B)\n", text);
        Assert.Contains("files: 10 added, 2 removed, 0 changed\n", text);
        Assert.Contains("  + <i>x</i> 1 2\n", text);
    }

    [Fact]
    public void No_name_becomes_markup_in_Markdown()
    {
        var markdown = SampleReport.Hostile().Write(ReportFormat.Markdown);
        Assert.DoesNotContain('\u001b', markdown);
        Assert.Contains("### base/\\`new\\`\\|&#35;\u200b1\n", markdown);
        Assert.Contains("| a\\|b | removed | 1 |  |\n", markdown);
        Assert.Contains("| &lt;i&gt;x&lt;/i&gt; | added |  | 1 2 |\n", markdown);
        // A span is as long as what is in it wants.
        Assert.Contains("- `` /srv/`code` `` (", markdown);
        Assert.Contains("- ``` /srv/`` ``` (", markdown);
        Assert.Contains("- `/srv/[x](evil.example)` (", markdown);
        Assert.Contains("\n`````\n2\n  * ``` and ```` <script>\n", markdown);
        // Outside of spans and blocks of code there is no HTML but what folds.
        var plain = CodeSpan().Replace(CodeBlock().Replace(markdown, ""), "");
        Assert.All(Tag().Matches(plain).Select(match => match.Value), tag => Assert.Contains(tag, (string[])["<details>", "</details>", "<summary>", "</summary>"]));
    }

    [Fact]
    public void No_name_becomes_markup_in_HTML()
    {
        var html = SampleReport.Hostile().Write(ReportFormat.Html);
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain('\u001b', html);
        Assert.Contains("/srv/&lt;script&gt;alert(1)&lt;/script&gt;", html);
        Assert.Contains("/srv/&quot;quoted&#39;", html);
        // It needs nothing beside itself.
        Assert.DoesNotContain("src=", html);
        Assert.DoesNotContain("<link", html);
        Assert.Contains("default-src 'none'", html);
    }

    [Fact]
    public void JSON_has_the_bytes_of_names_that_are_no_text()
    {
        var json = JsonDocument.Parse(SampleReport.Hostile().Write(ReportFormat.Json)).RootElement;
        var added = json.GetProperty("files").GetProperty("added").EnumerateArray().ToList();
        Assert.Contains(added, file => file.GetProperty("path").GetString() == "/srv/a|b");
        Assert.Contains(added, file => file.TryGetProperty("pathBase64", out var bytes) && bytes.GetBytesFromBase64().AsSpan().EndsWith(new byte[] { 0xFF, 0xFE }));
        Assert.Equal(10, json.GetProperty("transfer").GetProperty("objects").GetInt32());
        Assert.Equal("* ``` and ```` <script>", json.GetProperty("changelogs")[0].GetProperty("entries")[0].GetProperty("lines")[0].GetString());
    }

    [Fact]
    public void The_summary_counts_and_names_in_two_lines()
    {
        var left = SampleReport.ImageOf(["/srv/a", "/srv/b"], [new("gone", "1", 1), new("libssl3", "3.0.11", 1), new("openssl", "3.0.11", 1)]);
        var right = SampleReport.ImageOf(["/srv/a", "/srv/c"], [new("libssl3", "3.0.14", 1), new("nginx", "1.22", 1), new("openssl", "3.0.14", 1)]);
        Assert.Equal(
            [
                "Since base/a/1: 1 package added, 1 removed, 2 upgraded; 1 file added, 1 removed; 6 B to transfer",
                "-gone 1, libssl3 3.0.11 -> 3.0.14, +nginx 1.22, openssl 3.0.11 -> 3.0.14",
            ],
            ChangeSummary.Format(ChangeReport.Of("base/a/1", "base/a/2", ImageComparison.Compare(left, right))));
        Assert.Empty(ChangeSummary.Format(ChangeReport.Of("base/a/1", "base/a/2", ImageComparison.Compare(left, left))));
        var many = SampleReport.ImageOf(["/srv/a", "/srv/b"], [.. Enumerable.Range(0, 1_500).Select(number => new Package($"p{number:0000}", "1", 1))]);
        var lines = ChangeSummary.Format(ChangeReport.Of("a\nb", "c", ImageComparison.Compare(left with { Packages = [] }, many)));
        Assert.Equal("Since a b: 1,500 packages added", lines[0]);
        Assert.EndsWith(" and 1496 more", lines[1]);
    }

    [Fact]
    public void An_object_counts_once_however_many_files_have_it()
    {
        var content = "the same"u8.ToArray();
        Image Of(params ByteString[] paths)
        {
            var builder = new FileSystemBuilder();
            foreach (var path in paths)
                builder.Add(path, SampleReport.FileOf(content));
            return new() { FileSystem = builder.Build() };
        }
        Assert.Equal(new TransferSize(1, 8), ImageComparison.Compare(Of(), Of("/a", "/b")).Transfer);
        Assert.Equal(default, ImageComparison.Compare(Of("/a"), Of("/b", "/c")).Transfer);
    }

    [Fact]
    public void Formats_are_found_by_name_and_by_extension()
    {
        Assert.Equal(ReportFormat.Markdown, ReportFormat.Find("Markdown"));
        Assert.Equal(ReportFormat.Html, ReportFormat.ForFile("/a.b/image.changes.HTML"));
        Assert.Null(ReportFormat.ForFile("/a.md/image"));
        Assert.Null(ReportFormat.Find("pdf"));
    }

    [GeneratedRegex("(?s)(`{3,})\n.*?\n\\1\n")]
    private static partial Regex CodeBlock();

    [GeneratedRegex("(?<!`)(`+)(?!`).*?(?<!`)\\1(?!`)")]
    private static partial Regex CodeSpan();

    [GeneratedRegex("<[^>\n]*>?")]
    private static partial Regex Tag();
}
