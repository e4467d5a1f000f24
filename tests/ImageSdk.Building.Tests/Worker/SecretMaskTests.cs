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
