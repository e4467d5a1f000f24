using ImageSdk.Contracts.Settings;
using ImageSdk.Sandbox.Commands;

namespace ImageSdk.Worker.Settings;

/// <summary>The machine's name, its kernel's options and parameters, and what it mounts. What a source image has set and the project does not say stays.</summary>
sealed class SystemWriter(RootText root, StageContext context)
{
    const string Sysctl = "etc/sysctl.d/90-image.conf", Table = "etc/fstab", Hosts = "etc/hosts", OwnAddress = "127.0.1.1";

    public void SetHostname(string name)
    {
        var host = name.Split('.')[0];
        root.Write("etc/hostname", host + "\n");
        // As Debian's installer does: a name for which no server is asked.
        var line = name == host ? $"{OwnAddress}\t{host}" : $"{OwnAddress}\t{name} {host}";
        var lines = root.ReadLines(Hosts).ToList();
        if (lines.Count == 0)
            lines = ["127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback"];
        lines.RemoveAll(each => each.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [OwnAddress, ..]);
        lines.Insert(lines.FindIndex(each => each.StartsWith("127.0.0.1", StringComparison.Ordinal)) + 1, line);
        root.WriteLines(Hosts, lines);
        context.Log($"Host name {name}");
    }

    /// <summary>For all that makes something bootable of the image, and for kernel-install in it.</summary>
    public void SetKernelCommandLine(string options)
    {
        root.Write("etc/kernel/cmdline", options + "\n");
        context.Log($"Kernel command line {options}");
    }

    public void SetSysctl(IReadOnlyList<SysctlSetting> settings)
    {
        var lines = root.ReadLines(Sysctl).ToList();
        foreach (var setting in settings)
        {
            lines.RemoveAll(line => line.Split('=')[0].Trim() == setting.Name);
            lines.Add($"{setting.Name} = {setting.Value}");
        }
        root.WriteLines(Sysctl, lines);
        if (new[] { "usr/lib/systemd/systemd-sysctl", "lib/systemd/systemd-sysctl", "usr/sbin/sysctl", "sbin/sysctl" }.All(path => !root.Exists(path)))
            context.Warn("IMG1523", "The image has nothing that sets parameters of the kernel: ImageSysctl items are written and not used. Add <ImagePackage Include=\"systemd\" /> or <ImagePackage Include=\"procps\" />.", settings[0].File, settings[0].Line);
        context.Log($"Parameters of the kernel: {string.Join(", ", settings.Select(setting => setting.Name))}");
    }

    public void SetMounts(IReadOnlyList<MountSetting> mounts)
    {
        var lines = root.ReadLines(Table).ToList();
        foreach (var mount in mounts)
        {
            lines.RemoveAll(line => IsSame(line, mount));
            lines.Add(Describe(mount));
            if (mount.Name != "none" && !root.Exists(mount.Name[1..]))
                root.MakeDirectory(mount.Name[1..].TrimEnd('/'));
        }
        root.WriteLines(Table, lines);
        context.Log($"Mounts: {string.Join(", ", mounts.Select(mount => mount.Name))}");
    }

    static bool IsSame(string line, MountSetting mount)
    {
        var fields = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 1 && fields[0][0] != '#' && (mount.Name == "none" ? fields[0] == Escape(mount.Source) : fields[1].TrimEnd('/') == Escape(mount.Name).TrimEnd('/'));
    }

    /// <summary>A line of fstab(5).</summary>
    internal static string Describe(MountSetting mount)
    {
        List<string> options = [.. mount.Options];
        if (!mount.IsRequired && !options.Contains("nofail"))
            options.Add("nofail");
        var isChecked = mount.Type is "ext2" or "ext3" or "ext4" or "vfat";
        return $"{Escape(mount.Source)} {Escape(mount.Name)} {mount.Type} {(options.Count > 0 ? string.Join(',', options) : "defaults")} 0 {(isChecked ? 2 : 0)}";
    }

    static string Escape(string word) => word.Replace("\\", "\\134").Replace(" ", "\\040").Replace("\t", "\\011");
}
