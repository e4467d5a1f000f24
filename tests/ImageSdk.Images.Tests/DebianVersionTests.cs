using System.Diagnostics;

namespace ImageSdk.Images.Tests;

public class DebianVersionTests
{
    [Theory]
    [InlineData("1.0", "1.0", 0)]
    [InlineData("1.9", "1.10", -1)]
    [InlineData("1.0~rc1", "1.0", -1)]
    [InlineData("1.0~~", "1.0~", -1)]
    [InlineData("1.0~~a", "1.0~", -1)]
    [InlineData("1.0", "1.0-1", -1)]
    [InlineData("1.0-0", "1.0", 0)]
    [InlineData("1:0.1", "2.0", 1)]
    [InlineData("0:1.0", "1.0", 0)]
    [InlineData("1.0a", "1.0+", -1)]
    [InlineData("1.0+deb12u1", "1.0+deb12u10", -1)]
    [InlineData("2.36-9+deb12u4", "2.36-9+deb12u9", -1)]
    [InlineData("1.007", "1.7", 0)]
    [InlineData("1.0-1", "1.0-1+b1", -1)]
    [InlineData("a", "", 1)]
    [InlineData("7.88.1-10+deb12u5", "7.88.1-10", 1)]
    [InlineData("99999999999999999999999999", "100000000000000000000000000", -1)]
    public void Versions_have_the_order_of_dpkg(string left, string right, int expected)
    {
        Assert.Equal(expected, Math.Sign(DebianVersion.Order.Compare(left, right)));
        Assert.Equal(-expected, Math.Sign(DebianVersion.Order.Compare(right, left)));
    }

    [Fact]
    public void Dpkg_says_the_same_of_versions_made_up()
    {
        if (!File.Exists("/usr/bin/dpkg"))
            return;
        var random = new Random(7);
        string Part() => string.Concat(Enumerable.Range(0, random.Next(0, 6)).Select(_ => "0019a~Z+.-"[random.Next(10)]));
        // dpkg wants a digit first and no empty revision; its order has no other limits.
        string Version() => $"{(random.Next(4) == 0 ? $"{random.Next(3)}:" : "")}{random.Next(3)}{Part()}1{(random.Next(2) == 0 ? $"-{random.Next(2)}{Part().Replace("-", "", StringComparison.Ordinal)}" : "")}";
        var pairs = Enumerable.Range(0, 150).Select(_ => (Left: Version(), Right: Version())).ToList();
        var script = string.Concat(pairs.Select(pair => $"dpkg --compare-versions '{pair.Left}' lt '{pair.Right}' && echo -1 || {{ dpkg --compare-versions '{pair.Left}' eq '{pair.Right}' && echo 0 || echo 1; }}\n"));
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true })!;
        var answers = shell.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(pairs.Count, answers.Length);
        foreach (var (pair, answer) in pairs.Zip(answers))
            Assert.Equal($"{pair} {answer}", $"{pair} {Math.Sign(DebianVersion.Order.Compare(pair.Left, pair.Right))}");
    }
}
