using ImageSdk.Machines.Testing;
using Microsoft.VisualStudio.TestPlatform.ObjectModel;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.Adapter;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.Logging;

namespace ImageSdk.TestAdapter;

/// <summary>Runs an image's tests for the test platform, in the program that their plan names.</summary>
[ExtensionUri(UriText)]
public sealed class ImageTestExecutor : ITestExecutor
{
    internal const string UriText = "executor://imagesdk/v1";

    internal static readonly Uri Uri = new(UriText);

    static readonly string[] ownProperties = ["FullyQualifiedName", "Name", "DisplayName"];

    readonly CancellationTokenSource cancellation = new();

    public void Cancel() => cancellation.Cancel();

    public void RunTests(IEnumerable<string>? sources, IRunContext? runContext, IFrameworkHandle? frameworkHandle)
    {
        foreach (var source in sources ?? [])
        {
            var plan = PlanFile.Read(source);
            var traits = plan.Tests.SelectMany(test => test.Traits.Keys).Distinct();
            var filter = runContext!.GetTestCaseFilter([.. ownProperties, "TestCategory", .. traits], static _ => null!);
            var cases = plan.Tests.Select(test => PlanFile.ToCase(test, source))
                .Where(test => filter is null || filter.MatchTestCase(test, name => ValueOf(test, name)));
            Run(plan, [.. cases], frameworkHandle!);
        }
    }

    public void RunTests(IEnumerable<TestCase>? tests, IRunContext? runContext, IFrameworkHandle? frameworkHandle)
    {
        foreach (var group in (tests ?? []).GroupBy(test => test.Source))
            Run(PlanFile.Read(group.Key), [.. group], frameworkHandle!);
    }

    static object? ValueOf(TestCase test, string name) => name.ToLowerInvariant() switch
    {
        "fullyqualifiedname" => test.FullyQualifiedName,
        "name" or "displayname" => test.DisplayName,
        var other => test.Traits.Where(trait => trait.Name.Equals(other == "testcategory" ? "Category" : other, StringComparison.OrdinalIgnoreCase))
            .Select(trait => trait.Value).ToArray() is { Length: > 0 } values ? values : null,
    };

    void Run(TestPlan plan, IReadOnlyList<TestCase> cases, IFrameworkHandle handle)
    {
        if (cases.Count == 0)
            return;
        var byId = cases.ToDictionary(test => test.FullyQualifiedName);
        using var run = new PlanRun(plan.Command);
        using var cancelling = cancellation.Token.Register(run.Cancel);
        foreach (var told in run.Run([.. byId.Keys]))
            switch (told)
            {
                case TestStarted started when byId.TryGetValue(started.Id, out var test):
                    handle.RecordStart(test);
                    break;
                case TestEnded ended when byId.Remove(ended.Id, out var test):
                    handle.RecordEnd(test, OutcomeOf(ended));
                    handle.RecordResult(ToResult(test, ended));
                    break;
                case TestMessage message:
                    handle.SendMessage(message.IsWarning ? TestMessageLevel.Warning : TestMessageLevel.Informational, message.Text);
                    break;
            }
        if (cancellation.IsCancellationRequested)
            return;
        if (run.Fault is { } fault)
            handle.SendMessage(TestMessageLevel.Error, fault);
        foreach (var test in byId.Values)
            handle.RecordResult(ToResult(test, new(test.FullyQualifiedName, 0, run.Fault ?? "The run ended before this test.", "")));
    }

    static TestOutcome OutcomeOf(TestEnded ended) => ended.Error is null ? TestOutcome.Passed : TestOutcome.Failed;

    static TestResult ToResult(TestCase test, TestEnded ended)
    {
        var duration = TimeSpan.FromSeconds(ended.Seconds);
        var now = DateTimeOffset.UtcNow;
        var result = new TestResult(test)
        {
            Outcome = OutcomeOf(ended), ErrorMessage = ended.Error, DisplayName = test.DisplayName,
            Duration = duration, StartTime = now - duration, EndTime = now,
        };
        if (ended.Output.Length > 0)
            result.Messages.Add(new TestResultMessage(TestResultMessage.StandardOutCategory, ended.Output));
        return result;
    }
}
