using System.Text;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Building.Tests.Worker;

public class SecretMaskTests
{
    const string Key =
        """
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
        QyNTUxOQAAACDq1vX8l0Zp3Qm8s4i2xk9v7oYb1nWcTt5uRfEeHgJkLw==
        -----END OPENSSH PRIVATE KEY-----

        """;

    [Fact]
    public void Every_line_of_a_value_is_masked()
    {
        var mask = new SecretMask([Key]);
        foreach (var line in Key.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Assert.Equal("> *** <", mask.Apply($"> {line} <"));
        Assert.Equal("*** and ***", mask.Apply(string.Join(" and ", Key.Split('\n')[1..3])));
    }

    [Theory]
    [InlineData("hunter2-and/more+ä")]
    [InlineData("two words & more")]
    [InlineData("line one\nline two is longer\n")]
    public void Encoded_forms_are_masked(string secret)
    {
        var mask = new SecretMask([secret]);
        var line = secret.Split('\n')[0];
        foreach (var form in new[]
        {
            Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(secret.Trim() + "\n")),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).Replace('+', '-').Replace('/', '_').TrimEnd('='),
            Uri.EscapeDataString(line), Uri.EscapeDataString(line).Replace("%20", "+"),
            System.Text.Json.JsonSerializer.Serialize(line).Trim('"'),
        })
            Assert.Equal("<***>", mask.Apply($"<{form}>"));
    }

    /// <summary>Of the same secret, as tools other than .NET write it: each escapes other characters, in digits of either case.</summary>
    [Theory]
    [InlineData("ab/cd+ef=gh", "ab/cd%2Bef%3Dgh")] // urllib.parse.quote
    [InlineData("ab/cd+ef=gh", "ab%2fcd%2bef%3dgh")]
    [InlineData("ab/cd+ef=gh", "ab\\/cd+ef=gh")] // json_encode
    [InlineData("two words & möre", "two%20words+%26+m%c3%b6re")]
    [InlineData("two words & möre", "two words \\u0026 m\\u00f6re")] // encoding/json, json.dumps
    [InlineData("two words & möre", "two words & m\\xc3\\xb6re")] // repr of bytes
    [InlineData("two words & möre", "two\\ words\\ \\&\\ möre")] // printf %q
    [InlineData("two words & möre", "two words &amp; m&#246;re")]
    [InlineData("a\"b\\c\td", "a\\\"b\\\\c\\td")]
    [InlineData("it's <one>", "it'\\''s <one>")] // bash -x
    [InlineData("it's <one>", "it'\"'\"'s <one>")] // dash -x
    [InlineData("it's <one>", "it&#39;s &lt;one&gt;")]
    [InlineData("it's <one>", "it&#x27;s &lt;one&gt;")]
    [InlineData("smile 😀!", "smile \\ud83d\\ude00!")]
    [InlineData("smile 😀!", "smile%20%F0%9F%98%80%21")]
    [InlineData("one\ntwo lines", "one\\ntwo lines", "one\\n***")]
    public void What_other_tools_make_of_a_secret_is_masked(string secret, string written, string expected = "***")
    {
        var mask = new SecretMask([secret]);
        Assert.Equal($"100% & \\d: <{expected}> %zz+", mask.Apply($"100% & \\d: <{written}> %zz+"));
        Assert.Equal($"{expected}, {expected}", mask.Apply($"{written}, {written}"));
        Assert.True(mask.Finds($"a log\n<{written}>\nof lines"));
    }

    [Fact]
    public void A_secret_of_any_bytes_is_masked_as_a_log_shows_it()
    {
        var latin = Encoding.Latin1.GetBytes("pässwört\n");
        var mask = new SecretMask([latin]);
        Assert.Equal("<***>", mask.Apply("<p\\xE4ssw\\xF6rt>"));
        Assert.Equal("<***>", mask.Apply($"<{Convert.ToBase64String(latin)}>"));
        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF8 })
            Assert.Equal("<***>", new SecretMask([[.. encoding.Preamble, .. encoding.GetBytes("of an editor")]]).Apply("<of an editor>"));
    }

    [Fact]
    public void Of_a_text_that_is_cut_the_beginning_of_a_secret_is_masked_too()
    {
        var mask = new SecretMask(["a secret of some length"]);
        Assert.Equal("> ***", mask.Apply("> a secret of", isCut: true));
        Assert.Equal("> a secret of", mask.Apply("> a secret of"));
        Assert.Equal("*** ***", mask.Apply("a secret of some length a secret of some lengt", isCut: true));
    }

    [Fact]
    public void Text_without_a_secret_stays_as_it_is()
    {
        const string text = @"100% of \\host\share & more: C:\new\users +49 %41 \u12 \ %e4 &nosuch; &#xzz; \xzz";
        Assert.Equal(text, new SecretMask(["unlike anything"]).Apply(text));
        Assert.False(new SecretMask(["unlike anything"]).Finds(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("u:")]
    [InlineData("us:")]
    [InlineData("user:")]
    public void What_precedes_a_secret_in_base64_does_not_hide_it(string before)
    {
        const string secret = "correct horse battery";
        var text = new SecretMask([secret]).Apply(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{before}{secret}!")));
        Assert.Contains("***", text);
        // Characters at both ends, which a part of the neighbours is in.
        Assert.True(text.Length < 20, text);
    }

    [Fact]
    public void Wrapped_base64_is_masked_line_by_line()
    {
        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(Key));
        var mask = new SecretMask([Key]);
        foreach (var width in new[] { 64, 76 })
            foreach (var line in text.Chunk(width))
                Assert.Equal("***", mask.Apply(new string(line)));
    }

    [Fact]
    public void The_longest_of_several_counts() =>
        Assert.Equal("*** *** x", new SecretMask(["secret", "secret-longer"]).Apply("secret-longer secret x"));

    [Fact]
    public void Short_values_are_no_secrets() => Assert.Equal("a is 1", new SecretMask(["a", " 1\n"]).Apply("a is 1"));

    [Fact]
    public void Many_lines_are_masked_in_passable_time()
    {
        var mask = new SecretMask([string.Join('\n', Enumerable.Range(0, 2000).Select(number => $"line-of-a-long-secret-{number * 7919}"))]);
        for (var number = 0; number < 20_000; number++)
            Assert.Equal("nothing secret in this line of a log, which is of the usual length", mask.Apply("nothing secret in this line of a log, which is of the usual length"));
    }
}
