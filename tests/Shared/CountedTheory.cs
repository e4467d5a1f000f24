using Xunit.Abstractions;
using Xunit.Sdk;

namespace ImageSdk.Tests;

/// <summary>
/// A theory that may be skipped as a whole. Xunit counts such a one as a single test; here each of its cases is skipped, so that results
/// of machines that lack something add up to the same total as those of others.
/// </summary>
[XunitTestCaseDiscoverer("ImageSdk.Tests." + nameof(CountedTheoryDiscoverer), TestAssembly.Name)]
[AttributeUsage(AttributeTargets.Method)]
abstract class CountedTheoryAttribute : TheoryAttribute;

sealed class CountedTheoryDiscoverer(IMessageSink messages) : TheoryDiscoverer(messages)
{
    protected override IEnumerable<IXunitTestCase> CreateTestCasesForSkip(
        ITestFrameworkDiscoveryOptions options, ITestMethod method, IAttributeInfo theory, string reason)
    {
        var cases = Rows(method).SelectMany(row => CreateTestCasesForSkippedDataRow(options, method, theory, row, reason)).ToList();
        return cases.Count > 0 ? cases : base.CreateTestCasesForSkip(options, method, theory, reason);
    }

    IEnumerable<object?[]> Rows(ITestMethod method)
    {
        foreach (var data in method.Method.GetCustomAttributes(typeof(DataAttribute)))
        {
            var discoverer = ExtensibilityPointFactory.GetDataDiscoverer(DiagnosticMessageSink, data.GetCustomAttributes(typeof(DataDiscovererAttribute)).First());
            foreach (var row in discoverer.GetData(data, method.Method) ?? [])
                yield return row;
        }
    }
}
