using System.Text;

namespace ImageSdk.Artifacts.Tests;

public class HostToolRunnerTests
{
    static readonly HostTool Shell = new("sh", "dash");

    readonly List<string> output = [];

    HostToolRunner Runner(CancellationToken cancellation = default) => new(output.Add, cancellation);

    [Fact]
    public void Lines_of_both_outputs_come_in_order_and_the_environment_is_the_same_for_everybody()
    {
        Runner().Run(Shell, ["-c", "echo one; echo two >&2; env | sort"], new Dictionary<string, string> { ["OWN"] = "x" });
        Assert.Equal(["one", "two"], output.Take(2));
        Assert.Contains("OWN=x", output);
        Assert.Contains("TZ=UTC", output);
        Assert.DoesNotContain(output, line => line.StartsWith("DOTNET", StringComparison.Ordinal));
    }

    [Fact]
    public void A_tool_that_is_missing_is_told_with_the_package_that_has_it()
    {
        var exception = Assert.Throws<ArtifactException>(() => Runner().Run(new HostTool("mkfs.nothing", "nothing-utils"), []));
        Assert.Equal("IMG6003", exception.Code);
        Assert.Contains("apt-get install nothing-utils", exception.Message);
    }

    [Fact]
    public void A_tool_that_fails_is_told_with_its_last_lines()
    {
        var exception = Assert.Throws<ArtifactException>(() => Runner().Run(Shell, ["-c", "echo the reason; exit 3"]));
        Assert.Equal("IMG6004", exception.Code);
        Assert.Contains("exit code 3", exception.Message);
        Assert.Contains("the reason", exception.Message);
        Runner().Run(Shell, ["-c", "exit 3"], isSuccess: code => code == 3);
    }

    [Fact]
    public void Input_is_written_while_output_is_read()
    {
        var lines = 0;
        var big = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 99) + "\n", 20_000)));
        Runner().Run(new HostTool("cat", "coreutils"), [], input: stream => stream.Write(big), lines: _ => lines++);
        Assert.Equal(20_000, lines);
        using var copy = new MemoryStream();
        Runner().Filter(new HostTool("cat", "coreutils"), [], stream => stream.Write(big), copy);
        Assert.Equal(big, copy.ToArray());
    }

    [Fact]
    public void What_goes_wrong_with_the_input_ends_the_tool_and_is_told()
    {
        var thrown = Assert.Throws<InvalidDataException>(() => Runner().Run(new HostTool("cat", "coreutils"), [], input: stream =>
        {
            stream.WriteByte(1);
            throw new InvalidDataException("the image is damaged");
        }));
        Assert.Equal("the image is damaged", thrown.Message);
        Assert.Throws<InvalidDataException>(() => Runner().Filter(new HostTool("cat", "coreutils"), [], _ => throw new InvalidDataException(), Stream.Null));
    }

    [Fact]
    public void A_tool_that_ends_before_its_input_does_decides_by_its_exit_code()
    {
        var big = new byte[1 << 22];
        Runner().Run(Shell, ["-c", "exit 0"], input: stream => stream.Write(big));
        Assert.Equal("IMG6004", Assert.Throws<ArtifactException>(() => Runner().Run(Shell, ["-c", "exit 1"], input: stream => stream.Write(big))).Code);
    }

    [Fact]
    public void A_cancelled_build_starts_no_tool() =>
        Assert.Throws<OperationCanceledException>(() => Runner(new CancellationToken(canceled: true)).Run(Shell, ["-c", "exit 0"]));
}
