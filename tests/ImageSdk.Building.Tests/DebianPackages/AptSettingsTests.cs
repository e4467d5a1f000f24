using ImageSdk.Debian.Planning;

namespace ImageSdk.Building.Tests.DebianPackages;

public class AptSettingsTests
{
    // As apt 2.6 prints them.
    static readonly string[] Usual =
    [
        "APT::Never-MarkAuto-Sections \"\";", "APT::Never-MarkAuto-Sections:: \"metapackages\";", "APT::Move-Autobit-Sections:: \"oldlibs\";",
        "Dir \"/\";", "Dir::State \"var/lib/apt\";", "Dir::State::lists \"lists/\";", "Dir::State::extended_states \"extended_states\";",
        "Dir::State::status \"/var/lib/dpkg/status\";", "Dir::Cache \"var/cache/apt\";", "Dir::Cache::archives \"archives/\";",
        "Dir::Etc \"etc/apt\";", "Dir::Bin::dpkg \"/usr/bin/dpkg\";", "DPkg \"\";", "DPkg::Path \"/usr/sbin:/usr/bin:/sbin:/bin\";",
        "DPkg::Pre-Install-Pkgs \"\";", "DPkg::Pre-Install-Pkgs:: \"/usr/sbin/dpkg-preconfigure --apt || true\";",
        "Binary::apt::DPkg::Lock::Timeout \"120\";",
    ];

    [Fact]
    public void The_settings_of_a_Debian_system_are_usual()
    {
        var settings = AptSettings.Parse(Usual);
        Assert.True(settings.IsUsual);
        Assert.True(settings.Preconfigures);
        Assert.Null(settings.OtherDpkgSetting);
        Assert.Null(settings.UpdateHook);
        Assert.False(settings.HasOwnNetwork);
        Assert.Empty(settings.DpkgOptions);
    }

    [Theory]
    [InlineData("DPkg::Post-Invoke:: \"rm -f /var/cache/apt/*.bin || true\";", "DPkg::Post-Invoke::")]
    [InlineData("Dpkg::Pre-Install-Pkgs:: \"/usr/bin/apt-listchanges --apt || test $? -lt 10\";", "Dpkg::Pre-Install-Pkgs::")]
    [InlineData("PackageManager::Configure \"smart\";", "PackageManager::Configure")]
    public void Hooks_of_dpkg_leave_the_installation_to_apt(string line, string setting) =>
        Assert.Equal(setting, AptSettings.Parse([.. Usual, line]).OtherDpkgSetting);

    [Fact]
    public void Options_for_dpkg_are_passed_on() =>
        Assert.Equal(["--force-confnew"], AptSettings.Parse([.. Usual, "DPkg::Options \"\";", "DPkg::Options:: \"--force-confnew\";"]).DpkgOptions);

    [Fact]
    public void Folders_elsewhere_are_unusual() =>
        Assert.False(AptSettings.Parse(Usual.Select(line => line.Replace("\"var/lib/apt\"", "\"srv/apt\"", StringComparison.Ordinal))).IsUsual);

    [Fact]
    public void A_proxy_of_the_images_own_is_noticed() =>
        Assert.True(AptSettings.Parse([.. Usual, "Acquire::http::Proxy \"http://localhost:3142\";"]).HasOwnNetwork);
}
