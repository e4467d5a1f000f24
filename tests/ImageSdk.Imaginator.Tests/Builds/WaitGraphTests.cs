using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Running;

namespace ImageSdk.Imaginator.Tests.Builds;

public sealed class WaitGraphTests
{
    [Fact]
    public void A_circle_is_found_however_long_it_is()
    {
        var graph = new WaitGraph();
        Assert.Equal("streams are built on each other: a on a", Assert.Throws<StreamCircleException>(() => graph.Wait("a", "a")).Message);
        using var first = graph.Wait("a", "b");
        using var again = graph.Wait("a", "b");
        using var other = graph.Wait("a", "x");
        using (graph.Wait("b", "c"))
        {
            Assert.Equal("streams are built on each other: c on a on b on c", Assert.Throws<StreamCircleException>(() => graph.Wait("c", "a")).Message);
            using var harmless = graph.Wait("d", "a");
        }
        // Who no longer waits is no part of one.
        using var late = graph.Wait("c", "a");
    }
}
