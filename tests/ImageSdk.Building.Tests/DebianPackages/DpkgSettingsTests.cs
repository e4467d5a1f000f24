using ImageSdk.Debian.Installing;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.DebianPackages;

public sealed class DpkgSettingsTests : IDisposable
{
    readonly string folder = TestHost.NewFolder();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    DpkgSettings Read(string main, string further = "", params string[] options)
    {
        ImageWorkspace.Write(folder, "etc/dpkg/dpkg.cfg", main);
        ImageWorkspace.Write(folder, "etc/dpkg/dpkg.cfg.d/further", further);
        using var root = DirectoryHandle.Open(folder);
        return DpkgSettings.Read(root, options);
    }

    [Fact]
    public void Debians_own_are_usual() =>
        Assert.Equal(new DpkgSettings(IsUsual: true, KeepsLog: true, "security-mac,downgrade"), Read("# dpkg configuration file\n\nno-debsig\n\n# Log\nlog /var/log/dpkg.log\n"));

    [Fact]
    public void A_root_without_any_has_no_log()
    {
        using var root = DirectoryHandle.Open(folder);
        Assert.Equal(new DpkgSettings(IsUsual: true, KeepsLog: false, "security-mac,downgrade"), DpkgSettings.Read(root, []));
    }

    [Theory]
    [InlineData("path-exclude=/usr/share/doc/*")]
    [InlineData("path-exclude /usr/share/doc/*")]
    [InlineData("log /var/log/other.log")]
    [InlineData("instdir=/elsewhere")]
    [InlineData("pre-invoke=\"false\"")]
    public void What_may_change_what_is_unpacked_is_not(string line)
    {
        Assert.False(Read(line + "\n").IsUsual);
        Assert.False(Read("", $"  {line}\n").IsUsual);
        Assert.False(Read("", "", $"--{line}").IsUsual);
    }

    [Fact]
    public void Options_for_files_that_are_there_change_nothing_of_new_packages() =>
        Assert.Equal(new DpkgSettings(IsUsual: true, KeepsLog: true, "security-mac,downgrade,unsafe-io,confold,confdef"), Read("log=/var/log/dpkg.log\n", "force-unsafe-io\n", "--force-confdef", "--force-confold"));
}
