using System.Text.Json;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Settings;
using ImageSdk.Contracts.Stages;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>Settings of the machine as a project says them.</summary>
public sealed class SettingsTests : IDisposable
{
    const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5";

    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_setting_arrives()
    {
        folder.Write("keys ü.pub", $"# a comment\n{Key} two\n\n");
        folder.Write("own.service", "[Service]\nExecStart=/bin/true\n");
        folder.Write("limits.conf", "[Service]\nMemoryMax=1G\n");
        folder.Project("hello", $"""
            <PropertyGroup>
              <ImageHostname>web.example.org</ImageHostname>
              <ImageLocale>de_DE.UTF-8; en_US.UTF-8</ImageLocale>
              <ImageTimezone>Europe/Berlin</ImageTimezone>
              <ImageKeyboardLayout>de</ImageKeyboardLayout>
              <ImageKeyboardVariant>nodeadkeys</ImageKeyboardVariant>
              <ImageKernelCommandLine>
                quiet
                console=ttyS0
              </ImageKernelCommandLine>
            </PropertyGroup>
            <ItemGroup>
              <ImageGroup Include="operators" Gid="3000" System="true" Members="deploy; root" />
              <ImageUser Include="deploy" Uid="3001" Group="operators" Groups="adm;video" Home="/srv/deploy" CreateHome="false" Shell="/bin/sh" Comment="Ü" Locked="true"
                PasswordHash="$6$saltsalt${new string('a', 86)}" AuthorizedKeysFile="keys ü.pub">
                <AuthorizedKeys>
                  {Key} one
                </AuthorizedKeys>
              </ImageUser>
              <ImageUser Include="worker" System="true" />
              <ImageSysctl Include="vm.swappiness" Value="10" />
              <ImageMount Include="/srv/data" Source="LABEL=data" Type="ext4" Options="noatime;nodev" Required="false" />
              <ImageNetworkInterface Include="lan" Name="en*;eth0" Dhcp="true" Dns="192.0.2.1" Domains="example.org" Mtu="9000" />
              <ImageNetworkInterface Include="fixed" MacAddress="52:54:00:12:34:56" Addresses="192.0.2.10/24;2001:db8::1/64" Gateway="192.0.2.1" Required="false" />
              <ImageNetworkInterface Include="vlan7" Vlan="7" Parent="lan" />
              <ImageNetworkInterface Include="br0" Kind="bridge" />
              <ImageNetworkInterface Include="port" Name="ens5" Bridge="br0" />
              <ImageUnit Include="nginx" />
              <ImageUnit Include="own" File="own.service" />
              <ImageUnit Include="inline.timer"><Text><![CDATA[
            [Timer]
            OnCalendar=daily
            [Install]
            WantedBy=timers.target
            ]]></Text></ImageUnit>
              <ImageUnit Include="nginx" DropInFile="limits.conf" DropInName="60-limits" />
              <ImageUnit Include="getty@tty2.service" State="masked" Optional="true" />
              <ImageCredential Include="token" Units="nginx" TargetPath="/etc/token" Owner="deploy" Group="operators" Prompt="Token?" />
              <ImageTree Include="site" TargetPath="/srv/www" Stage="PostInstall" Owner="deploy" Group="33" Mode="0640" DirectoryMode="0750" />
              <ImageFile Include="own.service" TargetPath="/etc/x" Owner="1000" Mode="0600" />
            </ItemGroup>
            """);
        folder.Write("site/index", "x");
        folder.Build("-t:PrepareImage").Succeeded();
        var project = ReadPlan();
        var settings = project.Settings;

        Assert.Equal("web.example.org", settings.Hostname);
        Assert.Equal(["de_DE.UTF-8", "en_US.UTF-8"], settings.Locales);
        Assert.Equal("Europe/Berlin", settings.Timezone);
        Assert.Equal(new("de", "nodeadkeys"), settings.Keyboard);
        Assert.Equal("quiet console=ttyS0", settings.KernelCommandLine);
        var group = Assert.Single(settings.Groups);
        Assert.Equal(("operators", 3000u, true, "deploy root"), (group.Name, group.Gid, group.IsSystem, string.Join(' ', group.Members)));
        var user = settings.Users[0];
        Assert.Equal((3001u, "operators", "/srv/deploy", false, "/bin/sh", "Ü", true), (user.Uid, user.Group, user.Home, user.MakesHome, user.Shell, user.Comment, user.IsLocked));
        Assert.Equal([$"{Key} one", $"{Key} two"], user.AuthorizedKeys);
        Assert.Equal(folder["hello.imgproj"], user.File);
        Assert.NotEqual(0, user.Line);
        Assert.True(settings.Users[1].IsSystem);
        Assert.Equal(("/srv/data", "LABEL=data", "ext4", "noatime nodev", false), settings.Mounts.Select(mount => (mount.Name, mount.Source, mount.Type, string.Join(' ', mount.Options), mount.IsRequired)).Single());
        Assert.Equal(["yes", "", "", "", ""], settings.Networks.Select(network => network.Dhcp));
        Assert.Equal(["192.0.2.10/24", "2001:db8::1/64"], settings.Networks[1].Addresses);
        Assert.Equal((7u, "lan"), (settings.Networks[2].Vlan, settings.Networks[2].Parent));
        Assert.True(settings.Networks[3].IsBridge);
        Assert.Equal(["nginx.service", "own.service", "inline.timer", "nginx.service", "getty@tty2.service"], settings.Units.Select(unit => unit.Name));
        Assert.Equal([UnitState.Enabled, UnitState.Unchanged, UnitState.Enabled, UnitState.Unchanged, UnitState.Masked], settings.Units.Select(unit => unit.State));
        Assert.Equal(("[Service]\nMemoryMax=1G\n", "60-limits"), (settings.Units[3].DropIn, settings.Units[3].DropInName));
        Assert.Equal(["nginx.service"], settings.Credentials[0].Units);
        Assert.Equal(("deploy", "33", "0640", "0750"), project.Trees.Select(tree => (tree.Owner.User, tree.Owner.Group, tree.Owner.Mode, tree.Owner.DirectoryMode)).Single());
        Assert.Equal(("1000", "0600"), project.Files.Select(file => (file.Owner.User, file.Mode)).Single());
    }

    [Theory]
    [InlineData("IMG1513", """<ImageUser Include="deploy" AuthorizedKeysFile="missing.pub" />""")]
    [InlineData("IMG1516", """<ImageUnit Include="a" Text="[Unit]" File="a.service" />""")]
    [InlineData("IMG1529", """<ImageMount Include="/srv/data/" Source="LABEL=a" /><ImagePartition Include="data" MountPoint="/srv/data" />""")]
    [InlineData("IMG1906", """<ImageUnit Include="a" State="on" />""")]
    [InlineData("IMG1906", """<ImageNetworkInterface Include="a" Kind="bond" />""")]
    public void A_mistake_is_an_error_in_the_project(string code, string item)
    {
        folder.Project("hello", $"\n\n<ItemGroup>{item}</ItemGroup>");
        var result = folder.Build("-t:PrepareImage");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Matches($@"hello\.imgproj(\(\d+,?\d*\))? ?: error {code}", result.Output);
    }

    [Fact]
    public void The_sample_says_all_by_items_and_no_script()
    {
        using var real = new TestFolder(fakeEngine: false);
        var sample = Path.Combine(Repository.Root, "samples/machine");
        foreach (var file in Directory.EnumerateFiles(sample, "*", SearchOption.AllDirectories))
            foreach (var copy in new[] { folder, real })
                copy.Write(Path.GetRelativePath(sample, file), File.ReadAllText(file));
        // The engine's own checks.
        real.Build("-t:PrepareImage").Succeeded();
        folder.Build("-t:PrepareImage").Succeeded();
        var project = ReadPlan();

        Assert.Equal("web.example.org", project.Settings.Hostname);
        Assert.Equal(["deploy", "site"], project.Settings.Users.Select(user => user.Name));
        Assert.Equal(3, project.Settings.Units.Count(unit => unit.State == UnitState.Enabled));
        Assert.Equal(2, project.Settings.Units.Count(unit => unit.State == UnitState.Masked));
        Assert.Equal("site", Assert.Single(project.Trees).Owner.User);
        Assert.Empty(project.Scripts);
        Assert.False(Directory.Exists(folder["scripts"]));
    }

    ImageProject ReadPlan() => folder.Plan().Deserialize<ImageProject>()!;
}
