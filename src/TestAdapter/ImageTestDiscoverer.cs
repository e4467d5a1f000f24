using Microsoft.VisualStudio.TestPlatform.ObjectModel;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.Adapter;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.Logging;

namespace ImageSdk.TestAdapter;

/// <summary>Lists an image's tests to the test platform.</summary>
[FileExtension(".imagetests")]
[DefaultExecutorUri(ImageTestExecutor.UriText)]
public sealed class ImageTestDiscoverer : ITestDiscoverer
{
    public void DiscoverTests(IEnumerable<string> sources, IDiscoveryContext discoveryContext, IMessageLogger logger, ITestCaseDiscoverySink discoverySink)
    {
        foreach (var source in sources)
            foreach (var test in PlanFile.Read(source).Tests)
                discoverySink.SendTestCase(PlanFile.ToCase(test, source));
    }
}
