using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Archives.Tests;

public class ExpansionLimitTests
{
    const long Free = ExpansionLimit.Free;

    [Theory]
    [InlineData(10, 0, 10, 1, true)]
    [InlineData(10, 0, 11, 1, false)]
    [InlineData(0, 0, long.MaxValue, 1, true)]
    [InlineData(0, 200, Free, 1, true)]
    [InlineData(0, 200, Free * 2, Free / 100, true)]
    [InlineData(0, 200, Free * 2, Free / 100 - 1, false)]
    public void What_is_unpacked_is_bounded_in_bytes_and_against_what_it_comes_from(long most, int ratio, long bytes, long compressed, bool isAllowed)
    {
        var problem = Record.Exception(() => new ExpansionLimit(most, ratio).Check(bytes, compressed, "x"));
        Assert.Equal(isAllowed ? null : "IMG2260", (problem as BuildException)?.Diagnostic.Code);
    }
}
