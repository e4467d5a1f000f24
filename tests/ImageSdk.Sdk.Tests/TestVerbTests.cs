using System.Xml.Linq;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>dotnet test on a real image, with its options and result files; boot tests where nothing has to boot.</summary>
[Trait("Category", "Image")]
public sealed class TestVerbTests : IDisposable
{
    static readonly XNamespace trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    readonly TestFolder folder = new(fakeEngine: false);

    public TestVerbTests()
    {
        TinyImage.Write(folder);
        folder.Program("tests/10-good", "#!/bin/sh\necho all is well\n");
    }

    public void Dispose() => folder.Dispose();

    IReadOnlyList<XElement> Results(string file) => [.. XDocument.Load(folder[file]).Descendants(trx + "UnitTestResult")];

    [SandboxFact]
    public void Each_test_is_a_result_and_one_that_fails_ends_with_one()
    {
        folder.Program("tests/20-bad", "#!/bin/sh\necho what went wrong\nexit 3\n");
        var run = folder.DotNet("test", "--logger", "trx;LogFileName=all.trx", "--results-directory", "out put");

        Assert.Equal(1, run.ExitCode);
        run.At("Failed tiny/20-bad");
        run.At("exit code 3");
        run.At("what went wrong");
        var results = Results("out put/all.trx");
        Assert.Equal([("tiny/10-good", "Passed"), ("tiny/20-bad", "Failed")], results.Select(result => ((string)result.Attribute("testName")!, (string)result.Attribute("outcome")!)).Order());
        var bad = results.Single(result => (string)result.Attribute("outcome")! == "Failed");
        Assert.StartsWith("exit code 3, at line 3: exit 3", bad.Descendants(trx + "Message").First().Value);
        Assert.Contains("what went wrong", bad.Descendants(trx + "StdOut").Single().Value);
        // No image that failed its tests is left for others to use.
        Assert.False(File.Exists(folder["bin/Debug/tiny.image"]));
    }

    [SandboxFact]
    public void Tests_that_passed_are_not_run_again_by_the_build_that_follows()
    {
        var run = folder.DotNet("test").Succeeded();

        Assert.Contains("Passed:     1", run.Output);
        Assert.DoesNotContain("Running 1 tests", run.Output);
        Assert.True(File.Exists(folder["bin/Debug/tiny.image"]));
        folder.Build("-question").Succeeded();
        Assert.Contains("Passed:     1", folder.DotNet("test", "--no-build").Succeeded().Output);
    }

    [SandboxFact]
    public void Tests_are_listed_and_filtered()
    {
        folder.Program("tests/20-bad", "#!/bin/sh\nexit 1\n");
        folder.Program("tests-boot/10-up", "#!/bin/sh\n");
        folder.Write("tests-boot/data", "");

        var list = folder.DotNet("test", "--list-tests").Succeeded();
        Assert.Equal(["10-up", "tiny/10-good", "tiny/20-bad"], list.Lines.SkipWhile(line => !line.Contains("Tests are available")).Skip(1).Where(line => line.Length > 0).Order());

        Assert.Contains("Passed:     1", folder.DotNet("test", "--filter", "Category=Image&Name!~bad").Succeeded().Output);
        Assert.Contains("Failed:     1", folder.DotNet("test", "--filter", "FullyQualifiedName=Tests.tiny.20-bad|FullyQualifiedName~nothing").Output);
        Assert.Contains("No test matches", folder.DotNet("test", "--filter", "Firmware=uefi").Output);
    }

    [SandboxFact]
    public void Boot_tests_that_cannot_boot_say_why()
    {
        folder.Program("tests-boot/10-up", "#!/bin/sh\n");
        folder.Program("tests-boot/20-more", "#!/bin/sh\n");
        var run = folder.DotNet("test");

        Assert.Equal(1, run.ExitCode);
        // The image has no init; what is wrong is said once.
        Assert.Single(run.Lines, line => line.Contains("IMG6055: "));
        Assert.Contains("Failed:     2, Passed:     1", run.Output);
        Assert.Contains("Not run", run.Output);
    }

    [SandboxFact]
    public void Mistakes_in_boot_tests_are_errors_of_the_project()
    {
        folder.Program("tests-boot/10-up", "#!/bin/sh\n");
        folder.DotNet("test", "-p:ImageBootTestFormat=vmdk").FailedWith("IMG1906");
        folder.DotNet("test", "-p:ImageBootTestFirmware=coreboot").FailedWith("IMG1906");
        folder.DotNet("test", "-p:ImageBootTimeout=5").FailedWith("IMG1906");
    }

    [SandboxFact]
    public void Without_a_build_there_is_nothing_to_test()
    {
        folder.DotNet("test", "--no-build", "--no-restore").FailedWith("IMG1908");
    }
}
