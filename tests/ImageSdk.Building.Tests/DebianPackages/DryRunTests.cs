using ImageSdk.Debian.Planning;
using ImageSdk.Packages;

namespace ImageSdk.Building.Tests.DebianPackages;

public class DryRunTests
{
    static IReadOnlyList<PackageAction> ActionsOf(params string[] calls) =>
        new DryRun([], [], [], [.. calls.Select(call => call.Split(' '))], "").ReadActions();

    [Fact]
    public void What_is_unpacked_and_not_configured_by_name_is_configured_at_the_end() => Assert.Equal(
        [new(true, "lib"), new(true, "python3.11-minimal"), new(false, "lib"), new(false, "python3.11-minimal"), new(true, "tool"), new(true, "other"), new(false, "tool"), new(false, "other")],
        ActionsOf(
            "--force-confold --status-fd 12 --no-triggers --unpack --auto-deconfigure /archives/lib_1%3a2_amd64.deb /archives/python3.11-minimal_3.11.2-6+deb12u8_amd64.deb",
            "--status-fd 12 --no-triggers --configure lib:amd64 python3.11-minimal:amd64",
            "--status-fd 12 --no-triggers --unpack --auto-deconfigure /archives/tool_1_all.deb /archives/other_1_all.deb",
            "--status-fd 12 --configure --pending"));

    [Fact]
    public void What_is_neither_says_nothing() => Assert.Empty(ActionsOf("--status-fd 12 --triggers-only --pending", "--status-fd 12 --remove --auto-deconfigure old:amd64"));
}
