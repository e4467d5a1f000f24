using System.Text.RegularExpressions;

namespace ImageSdk.Sdk.Tests.Harness;

sealed partial record BuildResult(int ExitCode, string Output)
{
    public IReadOnlyList<string> Lines { get; } = [.. Output.Split('\n').Select(line => line.Trim())];

    /// <summary>The errors, each once (the summary of a build repeats them).</summary>
    public IReadOnlyList<string> Errors => [.. Lines.Where(line => ErrorLine().IsMatch(line)).Distinct()];

    public IReadOnlyList<string> Warnings => [.. Lines.Where(line => WarningLine().IsMatch(line)).Distinct()];

    public BuildResult Succeeded()
    {
        Assert.True(ExitCode == 0, Output);
        Assert.True(Warnings.Count == 0, Output);
        return this;
    }

    /// <summary>Failed with this one error and nothing else.</summary>
    public string FailedWith(string code)
    {
        Assert.True(ExitCode != 0, Output);
        Assert.True(Errors.Count == 1 && Errors[0].Contains($"error {code}: "), Output);
        Assert.DoesNotContain("   at ", Output);
        return Errors[0];
    }

    /// <summary>Position of the first line that is or contains the text.</summary>
    public int At(string text)
    {
        var at = Lines.ToList().FindIndex(line => line.Contains(text));
        Assert.True(at >= 0, $"no line contains '{text}':\n{Output}");
        return at;
    }

    [GeneratedRegex(@"\berror [A-Z]+\d+: |\berror : ")]
    private static partial Regex ErrorLine();

    [GeneratedRegex(@"\bwarning [A-Z]+\d+: |\bwarning : ")]
    private static partial Regex WarningLine();
}
