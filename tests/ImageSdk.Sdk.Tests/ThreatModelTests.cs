using System.Text.RegularExpressions;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>The threat model promises nothing that no test holds.</summary>
public sealed partial class ThreatModelTests
{
    static readonly string[] lines = Repository.Read("docs/threat-model.md").Split('\n');

    static readonly ILookup<string, string> files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
        .ToLookup(file => Path.GetFileNameWithoutExtension(file)!);

    [Fact]
    public void Every_test_that_it_names_exists()
    {
        var named = lines.SelectMany(line => NamedTest().Matches(line)).ToList();
        Assert.True(named.Count > 50, "It names too few tests to be the page that it was.");
        Assert.Equal([], named.Where(test => !Exists(test.Groups[1].Value, test.Groups[2].Value)).Select(test => test.Value));
    }

    [Fact]
    public void Every_claim_names_a_test()
    {
        var isHeld = false;
        var claims = 0;
        foreach (var line in lines)
        {
            if (!line.StartsWith('|'))
                isHeld = false;
            else if (line.EndsWith("| held by |", StringComparison.Ordinal))
                isHeld = true;
            else if (isHeld && !line.StartsWith("| ---", StringComparison.Ordinal))
            {
                claims++;
                Assert.True(NamedTest().IsMatch(line), line);
            }
        }
        Assert.True(claims > 30, "It has too few claims to be the page that it was.");
    }

    // A fact or a theory: its attribute, further ones, and the method.
    static bool Exists(string type, string method) => files[type].Any(file => Regex.IsMatch(
        File.ReadAllText(file), $@"\[\w*(Fact|Theory)\b.*\n(\s*\[.*\n)*\s*public (async Task|Task|void) {method}\("));

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex NamedTest();
}
