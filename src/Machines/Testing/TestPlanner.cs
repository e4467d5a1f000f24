using System.Text.Json;
using ImageSdk.Building;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Machines.Testing;

/// <summary>Writes down the tests of an image, for the test platform and for the program that runs them.</summary>
public static class TestPlanner
{
    /// <param name="tests">Those in the image.</param>
    /// <param name="command">Runs the tests of the settings file that it gets as its last argument.</param>
    /// <param name="planFile">Where the list goes; the settings go beside it.</param>
    /// <returns>How many tests there are.</returns>
    internal static int Write(TestRunSettings settings, IReadOnlyList<ImageTest> tests, IReadOnlyList<string> command, string planFile)
    {
        var settingsFile = Path.ChangeExtension(planFile, ".json");
        List<PlannedTest> planned =
        [
            .. tests.Select(test => new PlannedTest(
                TestNames.OfImageTest(test.Path), TestNames.ShowImageTest(test.Path), test.File, new Dictionary<string, string> { ["Category"] = "Image" })),
            .. settings.Boot.Variants.SelectMany(variant => settings.Boot.Files.Where(file => file.IsTest).Select(file => new PlannedTest(
                TestNames.OfBootTest(file.Name, variant, settings.Boot.Variants), TestNames.ShowBootTest(file.Name, variant, settings.Boot.Variants), file.File,
                new Dictionary<string, string> { ["Category"] = "Boot", ["Firmware"] = variant.FirmwareName, ["Format"] = variant.Format, ["Medium"] = variant.MediumName }))),
        ];
        if (planned.GroupBy(test => test.Id).FirstOrDefault(group => group.Count() > 1) is { } same)
            throw new BuildException("IMG6054", $"Two tests would both be called {same.Key}: {string.Join(" and ", same.Select(test => test.DisplayName))}. Rename one.", settings.ProjectFile);
        Directory.CreateDirectory(Path.GetDirectoryName(planFile)!);
        File.WriteAllBytes(settingsFile, JsonSerializer.SerializeToUtf8Bytes(settings, TestRunJson.Default.TestRunSettings));
        File.WriteAllBytes(planFile, JsonSerializer.SerializeToUtf8Bytes(new TestPlan(settings.ProjectFile, [.. command, settingsFile], planned), TestPlanJson.Default.TestPlan));
        return planned.Count;
    }
}
