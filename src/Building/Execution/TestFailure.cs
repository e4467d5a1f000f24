using System.Text;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;

namespace ImageSdk.Building.Execution;

/// <summary>Says which tests failed and why.</summary>
static class TestFailure
{
    const int ShownLines = 10;

    public static BuildException Explain(IReadOnlyList<TestOutcome> failures, int count, BuildPlan plan, string testsDirectory)
    {
        var text = new StringBuilder($"{failures.Count} of {count} tests failed. The image is not finished and can't be published.");
        foreach (var failure in failures)
        {
            text.Append($"\n{failure.Test}: {failure.Error}");
            foreach (var line in failure.Output.TakeLast(ShownLines))
                text.Append("\n    ").Append(line);
        }
        return new("IMG3030", text.ToString(), SourceOf(failures[0].Test, plan, testsDirectory));
    }

    /// <summary>The file that a test comes from; the project where it is the source image's.</summary>
    public static string SourceOf(string test, BuildPlan plan, string testsDirectory)
    {
        if (!test.StartsWith(testsDirectory + "/", StringComparison.Ordinal))
            return plan.Project.ProjectFile;
        var name = test[(testsDirectory.Length + 1)..];
        if (plan.Manifest.TestsDirectory is { } directory && Path.Combine(directory, name) is var file && File.Exists(file))
            return file;
        return plan.Manifest.TestFiles.FirstOrDefault(item => Path.GetFileName(item) == name) ?? plan.Project.ProjectFile;
    }
}
