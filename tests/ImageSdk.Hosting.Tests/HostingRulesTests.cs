using ImageSdk.Hosting.Web.Requests;

namespace ImageSdk.Hosting.Tests;

public class HostingRulesTests
{
    [Fact]
    public void Hosting_knows_no_daemon_store_or_build()
    {
        string[] allowed = ["ImageSdk.Dominator", "ImageSdk.Images", "ImageSdk.Srpc"];
        var references = typeof(DaemonProgram<,>).Assembly.GetReferencedAssemblies().Select(name => name.Name!).Where(name => name.StartsWith("ImageSdk.", StringComparison.Ordinal));
        Assert.Equal([], references.Except(allowed));
    }

    [Theory]
    [InlineData("a\nb\r\nc\rd", "data: a\ndata: b\ndata: c\ndata: d\n\n")]
    [InlineData("", "data: \n\n")]
    public void Events_have_a_field_for_each_line(string data, string expected) => Assert.Equal(expected, EventStream.Format((null, data)));

    [Fact]
    public void Events_carry_their_identity() => Assert.Equal("id: 42\ndata: x\n\n", EventStream.Format(("42", "x")));
}
