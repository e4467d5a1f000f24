using ImageSdk.Building.Settings;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Settings;

namespace ImageSdk.Building.Tests.Settings;

/// <summary>Mistakes in settings that need no image to be found.</summary>
public class SettingsCheckTests
{
    const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5 a@b";

    const string Hash = "$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/";

    static readonly UserSetting user = new("deploy");

    internal static readonly MachineSettings Everything = new()
    {
        Groups = [new("staff") { Gid = 2000, Members = ["deploy"] }],
        Users = [user with { Uid = 2001, Group = "staff", Groups = ["www-data"], Home = "/srv/deploy", Shell = "/bin/bash", Comment = "Ü Deploy", PasswordHash = Hash, AuthorizedKeys = [Key, $"from=\"10.0.0.0/8\" {Key}"] }],
        Locales = ["de_DE.UTF-8", "C.UTF-8", "en_GB.ISO-8859-15", "ca_ES@valencia"],
        Timezone = "America/Argentina/Buenos_Aires",
        Keyboard = new("de,us", "nodeadkeys,"),
        Hostname = "web-1.example.org",
        KernelCommandLine = "quiet dyndbg=\"file x +p\"",
        Sysctl = [new("net.ipv4.conf.all.rp_filter", "2"), new("net/ipv4/conf/eth0.1/forwarding", "1"), new("-kernel.sysrq", "0")],
        Networks =
        [
            new("lan") { MatchNames = ["en*", "eth0"], Dhcp = "yes", Domains = ["example.org", "~."], Mtu = 9000 },
            new("static") { MacAddresses = ["52:54:00:12:34:56"], Addresses = ["192.0.2.10/24", "2001:db8::10/64"], Gateways = ["192.0.2.1", "fe80::1"], Dns = ["192.0.2.53"] },
            new("vlan10") { Vlan = 10, Parent = "lan" }, new("br0") { IsBridge = true }, new("port") { MatchNames = ["ens5"], Bridge = "br0" },
        ],
        Mounts = [new("/srv/data", "LABEL=data") { Type = "ext4", Options = ["noatime"] }, new("none", "/swapfile") { Type = "swap" }, new("/tmp", "tmpfs") { Type = "tmpfs" }],
        Units = [new("app.service") { Text = "[Service]\nExecStart=/bin/true\n" }, new("getty@tty2.service") { State = UnitState.Disabled }, new("ssh.socket") { State = UnitState.Masked }],
        Credentials = [new("db") { Units = ["app.service"], TargetPath = "/etc/app/db", Owner = "deploy", Prompt = "Password of the data base?" }],
        File = "/x.imgproj",
    };

    [Fact]
    public void All_that_can_be_said_is_taken() => SettingsCheck.Check(Everything);

    public static TheoryData<string, string> Mistakes => new()
    {
        { "IMG1510", "user name" }, { "IMG1510", "user name 2" }, { "IMG1510", "user twice" }, { "IMG1510", "group twice" }, { "IMG1510", "comment" }, { "IMG1510", "member" },
        { "IMG1511", "uid" }, { "IMG1511", "same uid" }, { "IMG1511", "same gid" },
        { "IMG1512", "plain text" }, { "IMG1512", "des" }, { "IMG1512", "cut hash" },
        { "IMG1513", "private key" }, { "IMG1513", "no key" }, { "IMG1513", "cut key" }, { "IMG1513", "other key" }, { "IMG1513", "system keys" },
        { "IMG1515", "home" }, { "IMG1515", "shell" },
        { "IMG1516", "unit name" }, { "IMG1516", "unit text" }, { "IMG1516", "unit twice" }, { "IMG1516", "masked text" }, { "IMG1516", "drop-in name" },
        { "IMG1519", "host" }, { "IMG1519", "host 2" }, { "IMG1519", "host 3" },
        { "IMG1520", "locale" }, { "IMG1521", "zone" }, { "IMG1522", "keyboard" }, { "IMG1522", "variant alone" }, { "IMG1524", "command line" }, { "IMG1524", "quotes" },
        { "IMG1525", "sysctl" }, { "IMG1525", "sysctl lines" }, { "IMG1525", "sysctl twice" },
        { "IMG1526", "address" }, { "IMG1526", "prefix" }, { "IMG1526", "gateway" }, { "IMG1526", "dns" }, { "IMG1526", "mac" }, { "IMG1526", "vlan" }, { "IMG1526", "parent" }, { "IMG1526", "bridge" }, { "IMG1526", "dhcp" }, { "IMG1526", "domain" },
        { "IMG1529", "mount root" }, { "IMG1529", "mount source" }, { "IMG1529", "mount option" }, { "IMG1529", "mount twice" }, { "IMG1529", "mount climbs" },
        { "IMG1531", "credential name" }, { "IMG1531", "credential goal" }, { "IMG1531", "prompt" }, { "IMG1531", "credential unit" },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public void A_mistake_is_an_error_at_its_line(string code, string what)
    {
        var fault = Assert.Throws<BuildException>(() => SettingsCheck.Check(Wrong(what))).Diagnostic;
        Assert.Equal(code, fault.Code);
        Assert.Equal("/x.imgproj", fault.File);
        Assert.Matches("expected|Give|Set|Say|Keep|remove|belong|kept|credentials|hold", fault.Message);
    }

    [Fact]
    public void What_may_be_a_password_is_not_repeated()
    {
        var fault = Assert.Throws<BuildException>(() => SettingsCheck.Check(Of(user with { PasswordHash = "correct horse battery" }))).Diagnostic;
        Assert.DoesNotContain("horse", fault.Message);
    }

    [Theory]
    [InlineData("$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7")]
    [InlineData("$2b$05$c92SVSfjeiCD6F2nAD6y0uBpJDjdRkt0EgeC4/31Rf2LUZbDRDE.O")]
    [InlineData("$5$rounds=5000$saltstring$4VHYGV7oYt5u0gUCD9V6AIkXEXfXWGyDk8yQtZbEXb4")]
    public void Hashes_of_today_are_taken(string hash)
    {
        if (hash.StartsWith("$5", StringComparison.Ordinal))
            hash = hash[..(hash.LastIndexOf('$') + 1)] + new string('a', 43);
        SettingsCheck.Check(Of(user with { PasswordHash = hash }));
    }

    static MachineSettings Wrong(string what) => what switch
    {
        "user name" => Of(user with { Name = "Deploy" }),
        "user name 2" => Of(user with { Name = "a:b" }),
        "user twice" => Of(user, user),
        "group twice" => new() { Groups = [new("a") { File = "/x.imgproj" }, new("a") { File = "/x.imgproj" }] },
        "comment" => Of(user with { Comment = "a:b" }),
        "member" => new() { Groups = [new("a") { Members = ["B c"], File = "/x.imgproj" }] },
        "uid" => Of(user with { Uid = 65534 }),
        "same uid" => Of(user with { Uid = 5 }, new UserSetting("other") { Uid = 5 }),
        "same gid" => new() { Groups = [new("a") { Gid = 5, File = "/x.imgproj" }, new("b") { Gid = 5, File = "/x.imgproj" }] },
        "plain text" => Of(user with { PasswordHash = "secret" }),
        "des" => Of(user with { PasswordHash = "ab1234567890." }),
        "cut hash" => Of(user with { PasswordHash = Hash[..50] }),
        "private key" => Of(user with { AuthorizedKeys = ["-----BEGIN OPENSSH PRIVATE KEY-----"] }),
        "no key" => Of(user with { AuthorizedKeys = ["hello"] }),
        "cut key" => Of(user with { AuthorizedKeys = [Key[..30]] }),
        "other key" => Of(user with { AuthorizedKeys = [Key.Replace("ssh-ed25519", "ssh-rsa")] }),
        "system keys" => Of(user with { AuthorizedKeys = [Key], IsSystem = true }),
        "home" => Of(user with { Home = "srv" }),
        "shell" => Of(user with { Shell = "/bin/../sh" }),
        "unit name" => Of(new UnitSetting("a b.service")),
        "unit text" => Of(new UnitSetting("a.service") { Text = "ExecStart=/bin/true" }),
        "unit twice" => Of(new UnitSetting("a.service"), new UnitSetting("a.service")),
        "masked text" => Of(new UnitSetting("a.service") { Text = "[Unit]", State = UnitState.Masked }),
        "drop-in name" => Of(new UnitSetting("a.service") { DropIn = "[Unit]", DropInName = "a/b" }),
        "host" => Of() with { Hostname = "-web" },
        "host 2" => Of() with { Hostname = "a_b" },
        "host 3" => Of() with { Hostname = $"{new string('a', 64)}.org" },
        "locale" => Of() with { Locales = ["German"] },
        "zone" => Of() with { Timezone = "../etc/passwd" },
        "keyboard" => Of() with { Keyboard = new("d e", "") },
        "variant alone" => Of() with { Keyboard = new("", "nodeadkeys") },
        "command line" => Of() with { KernelCommandLine = "a 'b'" },
        "quotes" => Of() with { KernelCommandLine = "a \"b" },
        "sysctl" => Of(new SysctlSetting("a b", "1")),
        "sysctl lines" => Of(new SysctlSetting("vm.swappiness", "1\n2")),
        "sysctl twice" => Of(new SysctlSetting("vm.swappiness", "1"), new SysctlSetting("vm.swappiness", "2")),
        "address" => Of(new NetworkSetting("a") { Addresses = ["192.0.2.1"] }),
        "prefix" => Of(new NetworkSetting("a") { Addresses = ["192.0.2.1/33"] }),
        "gateway" => Of(new NetworkSetting("a") { Gateways = ["192.0.2"] }),
        "dns" => Of(new NetworkSetting("a") { Dns = ["example.org"] }),
        "mac" => Of(new NetworkSetting("a") { MacAddresses = ["52:54"] }),
        "vlan" => Of(new NetworkSetting("a") { Vlan = 4095, Parent = "b" }),
        "parent" => Of(new NetworkSetting("a") { Vlan = 5 }),
        "bridge" => Of(new NetworkSetting("a") { Bridge = "br0", Dhcp = "yes" }),
        "dhcp" => Of(new NetworkSetting("a") { Dhcp = "maybe" }),
        "domain" => Of(new NetworkSetting("a") { Domains = ["a b"] }),
        "mount root" => Of(new MountSetting("/", "LABEL=a")),
        "mount source" => Of(new MountSetting("/a", "")),
        "mount option" => Of(new MountSetting("/a", "b") { Options = ["a b"] }),
        "mount twice" => Of(new MountSetting("/a", "b"), new MountSetting("/a", "c")),
        "mount climbs" => Of(new MountSetting("/a/../b", "c")),
        "credential name" => Of(new CredentialSetting("a/b") { TargetPath = "/a" }),
        "credential goal" => Of(new CredentialSetting("a")),
        "prompt" => Of(new CredentialSetting("a") { Units = ["b.service"], Prompt = "c" }),
        "credential unit" => Of(new CredentialSetting("a") { Units = ["b.socket"] }),
        _ => throw new ArgumentException(what),
    };

    static MachineSettings Of(params Setting[] settings)
    {
        List<Setting> placed = [.. settings.Select(setting => setting with { File = "/x.imgproj", Line = 3 })];
        return new()
        {
            File = "/x.imgproj", Users = [.. placed.OfType<UserSetting>()], Units = [.. placed.OfType<UnitSetting>()], Sysctl = [.. placed.OfType<SysctlSetting>()],
            Networks = [.. placed.OfType<NetworkSetting>()], Mounts = [.. placed.OfType<MountSetting>()], Credentials = [.. placed.OfType<CredentialSetting>()],
        };
    }
}
