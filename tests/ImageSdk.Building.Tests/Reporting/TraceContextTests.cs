using ImageSdk.Building.Reporting;

namespace ImageSdk.Building.Tests.Reporting;

public class TraceContextTests
{
    const string Trace = "0af7651916cd43dd8448eb211c80319c", Span = "b7ad6b7169203331";

    [Theory]
    [InlineData($"00-{Trace}-{Span}-01", true)]
    [InlineData($" 00-{Trace}-{Span}-00\n", true)]
    [InlineData($"cc-{Trace}-{Span}-01-more", true)]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData($"ff-{Trace}-{Span}-01", false)]
    [InlineData($"00-{Trace}-{Span}", false)]
    [InlineData($"00-00000000000000000000000000000000-{Span}-01", false)]
    [InlineData($"00-{Trace}-0000000000000000-01", false)]
    [InlineData($"00-0AF7651916CD43DD8448EB211C80319C-{Span}-01", false)]
    [InlineData($"00-{Trace}x-{Span}-01", false)]
    public void A_pipeline_s_trace_goes_on_where_it_is_well_formed(string? text, bool isRead)
    {
        var context = TraceContext.Parse(text);
        Assert.Equal(isRead ? Span : null, context.ParentSpanId);
        Assert.Equal(isRead, context.TraceId == Trace);
        Assert.Matches("^[0-9a-f]{32}$", context.TraceId);
    }
}
