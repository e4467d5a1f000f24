using System.Text.Json;
using ImageSdk.Machines.Testing;
using Microsoft.VisualStudio.TestPlatform.ObjectModel;

namespace ImageSdk.TestAdapter;

/// <summary>Tests of a plan in the words of the test platform.</summary>
static class PlanFile
{
    public static TestPlan Read(string source) => JsonSerializer.Deserialize(File.ReadAllBytes(source), TestPlanJson.Default.TestPlan)
        ?? throw new InvalidDataException($"{source} is no list of tests.");

    public static TestCase ToCase(PlannedTest test, string source)
    {
        var found = new TestCase(test.Id, ImageTestExecutor.Uri, source) { DisplayName = test.DisplayName, CodeFilePath = test.File, LineNumber = 1 };
        foreach (var (name, value) in test.Traits)
            found.Traits.Add(name, value);
        return found;
    }
}
