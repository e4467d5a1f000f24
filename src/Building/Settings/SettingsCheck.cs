using System.Text.RegularExpressions;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Settings;

namespace ImageSdk.Building.Settings;

/// <summary>What can be wrong in settings without looking at the image. What depends on it, the worker finds.</summary>
static partial class SettingsCheck
{
    const int LongestCommandLine = 2048;

    /// <exception cref="BuildException">The first mistake.</exception>
    public static void Check(MachineSettings settings)
    {
        AccountCheck.Check(settings.Groups, settings.Users);
        foreach (var locale in settings.Locales)
            if (!Locale().IsMatch(locale))
                throw new BuildException("IMG1520", $"ImageLocale is \"{locale}\"; expected: a locale with its character set, such as de_DE.UTF-8 or C.UTF-8.", settings.File);
        if (settings.Timezone.Length > 0 && (!Timezone().IsMatch(settings.Timezone) || settings.Timezone.Split('/').Contains("..")))
            throw new BuildException("IMG1521", $"ImageTimezone is \"{settings.Timezone}\"; expected: a name of the time zone database, such as Europe/Berlin or UTC.", settings.File);
        if (settings.Keyboard.Layout.Length == 0 && settings.Keyboard.Variant.Length > 0)
            throw new BuildException("IMG1522", "ImageKeyboardVariant is set without ImageKeyboardLayout. Set the layout that it is a variant of.", settings.File);
        foreach (var word in new[] { settings.Keyboard.Layout, settings.Keyboard.Variant })
            if (word.Length > 0 && !KeyboardWord().IsMatch(word))
                throw new BuildException("IMG1522", $"\"{word}\" is no layout or variant of a keyboard; expected: XKB's word for it, such as de, us or nodeadkeys.", settings.File);
        if (settings.Hostname.Length > 0 && !IsHostname(settings.Hostname))
            throw new BuildException("IMG1519", $"ImageHostname is \"{settings.Hostname}\"; expected: letters, digits and \"-\" (not at an end), at most 63 of them, with a domain or without.", settings.File);
        if (settings.KernelCommandLine.Length > LongestCommandLine || settings.KernelCommandLine.Any(letter => letter is < ' ' or > '~' or '\'') || settings.KernelCommandLine.Count(letter => letter == '"') % 2 == 1)
            throw new BuildException("IMG1524", $"ImageKernelCommandLine can't be handed to a kernel; expected: at most {LongestCommandLine} characters of printable ASCII without ', quotation marks in pairs.", settings.File);
        foreach (var sysctl in settings.Sysctl)
            if (!SysctlName().IsMatch(sysctl.Name) || sysctl.Value.Length == 0 || sysctl.Value.Any(char.IsControl))
                throw Fault(sysctl, "IMG1525", $"ImageSysctl \"{sysctl.Name}\" with Value \"{sysctl.Value}\" is no parameter of a kernel; expected: a name such as net.ipv4.ip_forward, and a Value of one line.");
        RefuseTwice(settings.Sysctl, "IMG1525", "ImageSysctl");
        NetworkCheck.Check(settings.Networks);
        foreach (var mount in settings.Mounts)
            Check(mount);
        RefuseTwice([.. settings.Mounts.Where(mount => mount.Name != "none")], "IMG1529", "ImageMount");
        foreach (var unit in settings.Units)
            Check(unit);
        RefuseTwice([.. settings.Units.Where(unit => unit.DropIn.Length == 0)], "IMG1516", "ImageUnit");
        foreach (var credential in settings.Credentials)
            Check(credential);
        RefuseTwice(settings.Credentials, "IMG1531", "ImageCredential");
    }

    static void Check(MountSetting mount)
    {
        if (mount.Type == "swap" ? mount.Name != "none" : !IsPath(mount.Name) || mount.Name == "/")
            throw Fault(mount, "IMG1529", $"ImageMount \"{mount.Name}\" is no place to mount at; expected: an absolute path below the root, or none with Type swap.");
        if (mount.Source.Length == 0 || mount.Source.Any(char.IsControl))
            throw Fault(mount, "IMG1529", $"ImageMount \"{mount.Name}\" has no Source; expected: what is mounted, such as LABEL=data, /dev/vdb1, tmpfs or host:/export.");
        foreach (var word in mount.Options.Append(mount.Type))
            if (word.Length == 0 || word.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter)))
                throw Fault(mount, "IMG1529", $"\"{word}\" is no type or option of ImageMount \"{mount.Name}\"; expected: words of mount(8) without blanks.");
    }

    static void Check(UnitSetting unit)
    {
        if (!UnitFile.IsName(unit.Name))
            throw Fault(unit, "IMG1516", $"ImageUnit \"{unit.Name}\" is no name of a unit; expected: letters, digits and \":-_.\\@\", such as nginx.service.");
        if (unit.Text.Length > 0 && !UnitSection().IsMatch(unit.Text) || unit.DropIn.Length > 0 && !UnitSection().IsMatch(unit.DropIn))
            throw Fault(unit, "IMG1516", $"The text of ImageUnit \"{unit.Name}\" has no section; expected: a unit file of systemd, with lines such as [Service].");
        if (!DropInName().IsMatch(unit.DropInName))
            throw Fault(unit, "IMG1516", $"DropInName of ImageUnit \"{unit.Name}\" is \"{unit.DropInName}\"; expected: letters, digits, \".\", \"-\" and \"_\".");
        if (unit.State == UnitState.Masked && unit.Text.Length > 0)
            throw Fault(unit, "IMG1516", $"ImageUnit \"{unit.Name}\" is masked and has a text. A masked unit is a link to nothing: remove one of them.");
    }

    static void Check(CredentialSetting credential)
    {
        if (!CredentialName().IsMatch(credential.Name))
            throw Fault(credential, "IMG1531", $"ImageCredential \"{credential.Name}\" is no name of a credential; expected: letters, digits, \".\", \"-\" and \"_\".");
        if (credential.TargetPath.Length + credential.Units.Count == 0)
            throw Fault(credential, "IMG1531", $"ImageCredential \"{credential.Name}\" goes nowhere; expected: Units that get it, or TargetPath of the file that it becomes.");
        if (credential.TargetPath.Length > 0 && (!IsPath(credential.TargetPath) || !PlainPath().IsMatch(credential.TargetPath)))
            throw Fault(credential, "IMG1531", $"TargetPath \"{credential.TargetPath}\" of ImageCredential \"{credential.Name}\" is no absolute path of a file in letters, digits and \"/._-\".");
        if (credential.Prompt.Length > 0 && credential.TargetPath.Length == 0)
            throw Fault(credential, "IMG1531", $"ImageCredential \"{credential.Name}\" has a Prompt and no TargetPath: what is asked is kept in a file.");
        if (credential.Prompt.Any(letter => char.IsControl(letter) || letter is '"' or '\\' or '$' or '`' or '%' or '\''))
            throw Fault(credential, "IMG1531", $"Prompt of ImageCredential \"{credential.Name}\" has characters that a shell or systemd takes for something else: \" ' \\ $ ` %.");
        foreach (var name in credential.Group.Length > 0 ? [credential.Owner, credential.Group] : new[] { credential.Owner })
            if (!AccountCheck.IsNameOrNumber(name))
                throw Fault(credential, "IMG1531", $"\"{name}\" is no user or group for ImageCredential \"{credential.Name}\".");
        if (credential.Units.FirstOrDefault(unit => !UnitFile.IsName(unit) || !unit.EndsWith(".service", StringComparison.Ordinal)) is { } other)
            throw Fault(credential, "IMG1531", $"\"{other}\" of ImageCredential \"{credential.Name}\" is no service; only services have credentials.");
    }

    internal static void RefuseTwice(IReadOnlyList<Setting> settings, string code, string item)
    {
        if (settings.GroupBy(setting => setting.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw Fault(twice.Last(), code, $"{item} \"{twice.Key}\" is there twice. Say all in one item; one with Update changes an earlier one.");
    }

    internal static BuildException Fault(Setting setting, string code, string message) => new(code, message, setting.File, setting.Line);

    internal static bool IsPath(string path) => path.StartsWith('/') && !path.Split('/').Skip(1).Any(part => part is "." or "..") && !path.Any(char.IsControl) && (path.Length == 1 || !path.Contains("//", StringComparison.Ordinal));

    static bool IsHostname(string name) => name.Length <= 253 && name.Split('.') is var labels && labels.All(label => HostLabel().IsMatch(label)) && !labels[0].All(char.IsAsciiDigit);

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex HostLabel();

    [GeneratedRegex(@"^(C|POSIX|[a-z]{2,3}(_[A-Z]{2})?)(\.[A-Za-z0-9-]+)?(@[a-z]+)?\z")]
    private static partial Regex Locale();

    [GeneratedRegex(@"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}\z")]
    private static partial Regex Timezone();

    [GeneratedRegex(@"^[A-Za-z0-9_-]+(,[A-Za-z0-9_-]*)*\z")]
    private static partial Regex KeyboardWord();

    [GeneratedRegex(@"^-?[A-Za-z0-9_*-]+([./][A-Za-z0-9_:*@-]+)*\z")]
    private static partial Regex SysctlName();

    [GeneratedRegex(@"^\s*\[[A-Za-z0-9-]+\]\s*$", RegexOptions.Multiline)]
    private static partial Regex UnitSection();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,100}\z")]
    private static partial Regex DropInName();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,100}\z")]
    private static partial Regex CredentialName();

    [GeneratedRegex(@"^[A-Za-z0-9/._-]+[A-Za-z0-9._-]\z")]
    private static partial Regex PlainPath();
}
