using ImageSdk.Building.Tests.ArtifactBuilds;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Settings;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Settings;

/// <summary>Settings in real images: what they write, what is above, what is refused.</summary>
public class MachineSettingsTests(MachineSettingsTests.Machine machine) : IClassFixture<MachineSettingsTests.Machine>
{
    const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5 one@example";

    const string Hash = "$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/";

    /// <summary>An image with all settings, on a base that has systemd.</summary>
    public sealed class Machine : IAsyncLifetime
    {
        readonly BaseImage basis = new();

        internal ImageWorkspace Workspace => basis.Workspace;

        internal ImageProject Project { get; private set; } = null!;

        internal BuildResult Image { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            await basis.InitializeAsync();
            if (TestHost.WhyNot is not null)
                return;
            var (project, directory) = basis.New("machine");
            ImageWorkspace.Write(directory, "package-list", "systemd\nlocales\n");
            ImageWorkspace.Write(directory, "files/etc/skel/.welcome", "welcome\n");
            ImageWorkspace.Write(directory, "site/index.html", "<p>hello\n");
            ImageWorkspace.Write(directory, "site/cgi/run", "#!/bin/sh\n");
            ImageWorkspace.Write(directory, "key", "secret\n");
            ImageWorkspace.Write(directory, "post-scripts-files/etc/fstab", "LABEL=old /srv/old ext4 defaults 0 2\n");
            ImageWorkspace.Write(directory, "post-scripts-files/usr/lib/systemd/system/brought.service", "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n");
            Project = project with
            {
                Settings = Settings,
                Trees = [new(Path.Combine(directory, "site"), ImageStage.CopyPostInstallFiles) { TargetPath = "/srv/www", Owner = new() { User = "deploy", Mode = "0640", DirectoryMode = "0750" } }],
                Files = [new(Path.Combine(directory, "key"), "/srv/www/key", ImageStage.CopyPostScriptsFiles, "0600") { Owner = new() { User = "worker", Group = "operators" } }],
            };
            Image = await basis.Workspace.BuildAndPublishAsync(Project);
        }

        public Task DisposeAsync() => basis.DisposeAsync();

        internal (ImageProject Project, string Directory) Derived(string name)
        {
            var directory = Workspace.NewManifest(name);
            ImageWorkspace.Write(directory, "manifest", """{"SourceImage": "test/machine"}""");
            return (Workspace.Project($"test/{name}", directory), directory);
        }
    }

    static readonly MachineSettings Settings = new()
    {
        Groups = [new("operators") { Gid = 3000, Members = ["deploy"] }],
        Users =
        [
            new("deploy") { Uid = 3001, Groups = ["operators", "adm"], Comment = "Deploy ü", PasswordHash = Hash, AuthorizedKeys = [Key] },
            new("worker") { IsSystem = true }, new("closed") { IsLocked = true, Home = "/srv/closed", Shell = "/bin/sh" }, new("root") { AuthorizedKeys = [Key] },
        ],
        Locales = ["de_DE.UTF-8", "C.UTF-8"],
        Timezone = "Europe/Berlin",
        Hostname = "web.example.org",
        KernelCommandLine = "quiet console=ttyS0",
        Sysctl = [new("net.ipv4.ip_forward", "1"), new("vm.swappiness", "10")],
        Networks = [new("lan") { MatchNames = ["en*"], Dhcp = "yes" }, new("vlan7") { Vlan = 7, Parent = "lan", Addresses = ["192.0.2.10/24"] }],
        Mounts = [new("/srv/more data", "LABEL=more") { Type = "ext4", Options = ["noatime"], IsRequired = false }],
        Units =
        [
            new("hello.service") { State = UnitState.Enabled, Text = "[Unit]\nDescription=Hello\n[Service]\nExecStart=/bin/echo hello\n[Install]\nWantedBy=multi-user.target\n" },
            new("worker@.service") { State = UnitState.Unchanged, Text = "[Service]\nExecStart=/bin/echo %i\n[Install]\nWantedBy=multi-user.target\n" },
            new("worker@one.service") { State = UnitState.Enabled }, new("worker@three.service") { State = UnitState.Enabled }, new("brought.service") { State = UnitState.Enabled },
            new("systemd-pstore.service") { State = UnitState.Disabled }, new("fstrim.timer") { State = UnitState.Masked, IsOptional = true }, new("systemd-timesyncd.service") { State = UnitState.Enabled, IsOptional = true },
            new("systemd-journald.service") { DropIn = "[Service]\nNice=1\n" },
        ],
        Credentials = [new("token") { Units = ["hello.service"], TargetPath = "/etc/hello/token", Owner = "deploy", Prompt = "Token?" }],
    };

    [ImageFact]
    public void Users_are_in_the_image_with_their_homes_and_keys()
    {
        Assert.Contains("\noperators:x:3000:deploy\n", Read("/etc/group"));
        Assert.Contains("\nadm:x:4:deploy\n", Read("/etc/group"));
        Assert.Contains("\ndeploy:x:3001:3001:Deploy ü:/home/deploy:/bin/bash\n", Read("/etc/passwd"));
        Assert.Matches(@"\nworker:x:(1\d\d):\1::/nonexistent:/usr/sbin/nologin\n", Read("/etc/passwd"));
        Assert.Contains($"\ndeploy:{Hash}::0:99999:7:::\n", Read("/etc/shadow"));
        Assert.Contains("\nworker:!::0:99999:7:::\n", Read("/etc/shadow"));
        Assert.Contains("\nclosed:!::0:99999:7::1:\n", Read("/etc/shadow"));
        Assert.Equal("100640 0 42", Status("/etc/shadow"));
        Assert.Equal("40700 3001 3001", Status("/home/deploy"));
        Assert.Equal("100644 3001 3001", Status("/home/deploy/.welcome"));
        Assert.Equal("40700 3001 3001", Status("/home/deploy/.ssh"));
        Assert.Equal("100600 3001 3001", Status("/home/deploy/.ssh/authorized_keys"));
        Assert.Equal(Key + "\n", Read("/root/.ssh/authorized_keys"));
        Assert.Null(machine.Image.Find("/home/worker"));
    }

    [ImageFact]
    public void Files_belong_to_those_whom_their_items_name()
    {
        Assert.Equal("40750 3001 3001", Status("/srv/www"));
        Assert.Equal("40750 3001 3001", Status("/srv/www/cgi"));
        Assert.Equal("100640 3001 3001", Status("/srv/www/cgi/run"));
        Assert.Matches(@"^100600 1\d\d 3000$", Status("/srv/www/key"));
        Assert.Equal("40755 0 0", Status("/srv"));
    }

    [ImageFact]
    public void The_system_is_as_its_settings_say()
    {
        Assert.Equal("web\n", Read("/etc/hostname"));
        Assert.Contains("127.0.1.1\tweb.example.org web\n", Read("/etc/hosts"));
        Assert.Contains("LANG=de_DE.UTF-8\n", Read("/etc/default/locale"));
        Assert.Contains("\nde_DE.UTF-8 UTF-8\n", Read("/etc/locale.gen"));
        Assert.IsType<RegularInode>(machine.Image.Find("/usr/lib/locale/locale-archive"));
        Assert.Equal("/usr/share/zoneinfo/Europe/Berlin", LinkOf("/etc/localtime"));
        Assert.Equal("Europe/Berlin\n", Read("/etc/timezone"));
        Assert.Equal("quiet console=ttyS0\n", Read("/etc/kernel/cmdline"));
        Assert.Equal("net.ipv4.ip_forward = 1\nvm.swappiness = 10\n", Read("/etc/sysctl.d/90-image.conf"));
        // The clean-up brings files of the project back: settings still count.
        Assert.Equal("LABEL=old /srv/old ext4 defaults 0 2\nLABEL=more /srv/more\\040data ext4 noatime,nofail 0 2\n", Read("/etc/fstab"));
        Assert.IsType<DirectoryInode>(machine.Image.Find("/srv/more data"));
        Assert.Equal("[Match]\nName=en*\n\n[Network]\nDHCP=yes\n", Read("/etc/systemd/network/50-lan.network"));
        Assert.Equal("[Network]\nVLAN=vlan7\n", Read("/etc/systemd/network/50-lan.network.d/vlan7.conf"));
        Assert.Contains("Id=7\n", Read("/etc/systemd/network/50-vlan7.netdev"));
        Assert.Contains("LoadCredential=token\n", Read("/etc/systemd/system/hello.service.d/50-credential-token.conf"));
        Assert.Contains(machine.Image.Listener.Warnings, told => told.Code == "IMG1528");
    }

    [ImageFact]
    public async Task Systemctl_and_systemd_say_the_same_of_units()
    {
        if (!HostProgram.IsInstalled("systemctl") || !Processes.IsRoot)
            return;
        var root = (await machine.Workspace.MakeAsync(machine.Project, SampleImage.Request("directory", Path.Combine(machine.Workspace.Folder, "out")))).Path;
        foreach (var (unit, state) in new[]
        {
            ("hello.service", "enabled"), ("worker@one.service", "enabled"), ("worker@two.service", "disabled"), ("brought.service", "enabled"), ("systemd-networkd.service", "enabled"), ("systemd-networkd.socket", "enabled"),
            ("systemd-pstore.service", "disabled"), ("fstrim.timer", "masked"), ("image-credential-token.service", "enabled"),
        })
            Assert.Equal((unit, state), (unit, Ask("systemctl", $"--root={root}", "is-enabled", unit)));
        // A machine that sets all units at its first start ends with the same.
        Ask("systemctl", $"--root={root}", "preset-all");
        Assert.Equal("enabled", Ask("systemctl", $"--root={root}", "is-enabled", "hello.service"));
        Assert.Equal("enabled", Ask("systemctl", $"--root={root}", "is-enabled", "worker@one.service"));
        Assert.Equal("disabled", Ask("systemctl", $"--root={root}", "is-enabled", "systemd-pstore.service"));
        Assert.Equal("", Ask("systemd-analyze", "verify", $"--root={root}", "--man=no", "hello.service", "image-credential-token.service"));
    }

    [ImageFact]
    public async Task An_image_on_it_adds_to_its_settings_and_has_the_last_word()
    {
        var (project, _) = machine.Derived("derived");
        const string more = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHp6enp6enp6enp6enp6enp6enp6enp6enp6enp6enp6 two@example";
        project = project with
        {
            Settings = new()
            {
                Users = [new("deploy") { AuthorizedKeys = [more], Groups = ["games"] }, new("another")],
                Hostname = "second",
                Sysctl = [new("vm.swappiness", "20")],
                Mounts = [new("/srv/old", "LABEL=new") { Type = "xfs" }],
                Units = [new("hello.service") { State = UnitState.Disabled }, new("fstrim.timer") { State = UnitState.Enabled }, new("worker@three.service") { State = UnitState.Disabled }],
            },
        };
        await machine.Workspace.BuildAndPublishAsync(project);
        Assert.Equal($"{Key}\n{more}\n", machine.Workspace.ReadFile(project, "/home/deploy/.ssh/authorized_keys"));
        Assert.Contains($"\ndeploy:{Hash}:", machine.Workspace.ReadFile(project, "/etc/shadow"));
        Assert.Contains("\ngames:x:60:deploy\n", machine.Workspace.ReadFile(project, "/etc/group"));
        Assert.Contains("\noperators:x:3000:deploy\n", machine.Workspace.ReadFile(project, "/etc/group"));
        Assert.Equal("second\n", machine.Workspace.ReadFile(project, "/etc/hostname"));
        Assert.Equal("net.ipv4.ip_forward = 1\nvm.swappiness = 20\n", machine.Workspace.ReadFile(project, "/etc/sysctl.d/90-image.conf"));
        Assert.Equal("LABEL=more /srv/more\\040data ext4 noatime,nofail 0 2\nLABEL=new /srv/old xfs defaults 0 0\n", machine.Workspace.ReadFile(project, "/etc/fstab"));
        var preset = machine.Workspace.ReadFile(project, "/etc/systemd/system-preset/10-image.preset").Split('\n');
        Assert.Contains("disable hello.service", preset);
        Assert.DoesNotContain("enable hello.service", preset);
        Assert.Contains("enable fstrim.timer", preset);
        Assert.Contains("enable worker@.service one", preset);
    }

    [ImageFact]
    public async Task A_changed_setting_runs_its_stage_and_no_script()
    {
        var (project, directory) = machine.Derived("changed");
        ImageWorkspace.Write(directory, "scripts/run", "#!/bin/sh\nid early\n");
        project = project with { Settings = new() { Users = [new("early")], Hostname = "one" } };
        await machine.Workspace.BuildAsync(project);
        var second = await machine.Workspace.BuildAsync(project with { Settings = project.Settings with { Hostname = "two" } });
        Assert.Equal(ImageStage.CopyPostScriptsFiles, second.Ran[0]);
        Assert.Empty((await machine.Workspace.BuildAsync(project)).Ran.Except([ImageStage.ScanImage, ImageStage.TestImage]));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "IMG1511", "uid of another" }, { "IMG1511", "another uid" }, { "IMG1511", "another gid" }, { "IMG1514", "group" }, { "IMG1514", "member" }, { "IMG1515", "shell" }, { "IMG1515", "keys without home" },
        { "IMG1517", "unit" }, { "IMG1518", "static unit" }, { "IMG1518", "masked file" }, { "IMG1520", "locale" }, { "IMG1521", "zone" }, { "IMG1527", "dns" }, { "IMG1527", "parent" }, { "IMG1530", "owner" }, { "IMG1531", "credential owner" },
    };

    [ImageTheory, MemberData(nameof(Refused))]
    public async Task What_the_image_cannot_have_is_an_error_at_its_line(string code, string what)
    {
        var (project, directory) = machine.Derived($"refused-{what.Replace(' ', '-')}");
        ImageWorkspace.Write(directory, "tree/file", "x\n");
        project = what == "owner"
            ? project with { Trees = [new(Path.Combine(directory, "tree"), ImageStage.CopyPostInstallFiles) { TargetPath = "/srv/x", Owner = new() { User = "deplyo", File = "/x.imgproj", Line = 9 } }] }
            : project with { Settings = Wrong(what) };
        var fault = (await machine.Workspace.FailAsync(project)).Diagnostic;
        Assert.Equal(code, fault.Code);
        Assert.Equal("/x.imgproj", fault.File);
        if (what is not ("locale" or "zone"))
            Assert.Equal(9, fault.Line);
        if (what is "group" or "unit" or "owner" or "locale" or "zone" or "parent")
            Assert.Contains("meant?", fault.Message);
    }

    static MachineSettings Wrong(string what)
    {
        var empty = new MachineSettings { File = "/x.imgproj" };
        return what switch
        {
            "locale" => empty with { Locales = ["de_DE.UFT-8"] },
            "zone" => empty with { Timezone = "Europe/Berln" },
            "uid of another" => empty with { Users = [At(new UserSetting("new") { Uid = 3001 })] },
            "another uid" => empty with { Users = [At(new UserSetting("deploy") { Uid = 3002 })] },
            "another gid" => empty with { Groups = [At(new GroupSetting("operators") { Gid = 3002 })] },
            "group" => empty with { Users = [At(new UserSetting("new") { Groups = ["operatros"] })] },
            "member" => empty with { Groups = [At(new GroupSetting("new") { Members = ["absent"] })] },
            "shell" => empty with { Users = [At(new UserSetting("new") { Shell = "/bin/zsh" })] },
            "keys without home" => empty with { Users = [At(new UserSetting("new") { AuthorizedKeys = [Key], MakesHome = false })] },
            "unit" => empty with { Units = [At(new UnitSetting("helo.service") { State = UnitState.Enabled })] },
            "static unit" => empty with { Units = [At(new UnitSetting("systemd-journald.service") { State = UnitState.Enabled })] },
            "masked file" => empty with { Units = [At(new UnitSetting("hello.service") { State = UnitState.Masked })] },
            "dns" => empty with { Networks = [At(new NetworkSetting("lan") { Dns = ["192.0.2.53"] })] },
            "parent" => empty with { Networks = [At(new NetworkSetting("vlan8") { Vlan = 8, Parent = "trunk" }), At(new NetworkSetting("trunks"))] },
            "credential owner" => empty with { Credentials = [At(new CredentialSetting("a") { TargetPath = "/etc/a", Owner = "absent" })] },
            _ => throw new ArgumentException(what),
        };
    }

    static T At<T>(T setting)
        where T : Setting => (T)(setting with { File = "/x.imgproj", Line = 9 });

    static string Ask(string program, params string[] arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = System.Diagnostics.Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return program == "systemctl" ? output : output + errors.Result.Trim();
    }

    string Read(string path) => machine.Workspace.ReadFile(machine.Project, path);

    string LinkOf(string path) => Assert.IsType<SymlinkInode>(machine.Image.Find(path)).Target.ToString();

    string Status(string path) => machine.Image.Find(path) switch
    {
        RegularInode file => $"{Convert.ToString(file.Mode, 8)} {file.Uid} {file.Gid}",
        DirectoryInode directory => $"{Convert.ToString(directory.Mode, 8)} {directory.Uid} {directory.Gid}",
        var other => throw new InvalidOperationException($"{path}: {other}"),
    };
}
