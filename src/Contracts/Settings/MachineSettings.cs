using ImageSdk.Contracts.Stages;

namespace ImageSdk.Contracts.Settings;

/// <summary>
/// What a project says of the machine that its image becomes: users, units, names, networks. The worker writes it into the root. docs/settings.md
/// says which files each setting becomes.
/// </summary>
public sealed record MachineSettings
{
    public IReadOnlyList<GroupSetting> Groups { get; init; } = [];

    public IReadOnlyList<UserSetting> Users { get; init; } = [];

    /// <summary>The system's, and others that are generated beside it; empty for what the image has.</summary>
    public IReadOnlyList<string> Locales { get; init; } = [];

    /// <summary>A name of the time zone database, such as "Europe/Berlin"; empty for what the image has.</summary>
    public string Timezone { get; init; } = "";

    public KeyboardSetting Keyboard { get; init; } = new("", "");

    /// <summary>With or without a domain; empty for what the image has.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>The kernel's options besides the place of its root; empty for what the image has.</summary>
    public string KernelCommandLine { get; init; } = "";

    public IReadOnlyList<SysctlSetting> Sysctl { get; init; } = [];

    public IReadOnlyList<NetworkSetting> Networks { get; init; } = [];

    public IReadOnlyList<MountSetting> Mounts { get; init; } = [];

    public IReadOnlyList<UnitSetting> Units { get; init; } = [];

    public IReadOnlyList<CredentialSetting> Credentials { get; init; } = [];

    /// <summary>Where the project sets its properties, for errors.</summary>
    public string File { get; init; } = "";

    /// <summary>
    /// The part that a stage writes. Accounts and what programs format their output by come after packages, before scripts, which may use them; all else
    /// comes last, so that a change of it runs no script.
    /// </summary>
    /// <returns>Null where the stage writes nothing.</returns>
    public MachineSettings? Of(ImageStage stage)
    {
        var part = stage switch
        {
            ImageStage.CopyPostInstallFiles => new MachineSettings { Groups = Groups, Users = Users, Locales = Locales, Timezone = Timezone, Keyboard = Keyboard, File = File },
            ImageStage.CopyPostScriptsFiles => this with { Groups = [], Users = [], Locales = [], Timezone = "", Keyboard = new("", "") },
            _ => new(),
        };
        return part.IsEmpty ? null : part;
    }

    /// <summary>Whether nothing is set.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsEmpty => Groups.Count + Users.Count + Locales.Count + Sysctl.Count + Networks.Count + Mounts.Count + Units.Count + Credentials.Count == 0
        && Timezone.Length + Hostname.Length + KernelCommandLine.Length + Keyboard.Layout.Length == 0;

    /// <summary>The same with other places in it.</summary>
    /// <param name="place">Gives the file for the one where a setting stands now.</param>
    internal MachineSettings WithPlaces(Func<string, string> place) => this with
    {
        File = place(File),
        Groups = [.. Groups.Select(setting => setting with { File = place(setting.File) })],
        Users = [.. Users.Select(setting => setting with { File = place(setting.File) })],
        Sysctl = [.. Sysctl.Select(setting => setting with { File = place(setting.File) })],
        Networks = [.. Networks.Select(setting => setting with { File = place(setting.File) })],
        Mounts = [.. Mounts.Select(setting => setting with { File = place(setting.File) })],
        Units = [.. Units.Select(setting => setting with { File = place(setting.File) })],
        Credentials = [.. Credentials.Select(setting => setting with { File = place(setting.File) })],
    };
}

/// <summary>An item that sets something.</summary>
/// <param name="Name">The item's.</param>
public abstract record Setting(string Name)
{
    /// <summary>Where the item stands, for errors.</summary>
    public string File { get; init; } = "";

    /// <summary>1-based; 0 where unknown.</summary>
    public int Line { get; init; }
}

/// <summary>A group of the image.</summary>
public sealed record GroupSetting(string Name) : Setting(Name)
{
    /// <summary>Null for the next that is free.</summary>
    public uint? Gid { get; init; }

    /// <summary>Whether its number is one of the system's.</summary>
    public bool IsSystem { get; init; }

    /// <summary>Users that are in it besides those whose items say so.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];
}

/// <summary>A user of the image. What is not said stays as it is where the image has the user.</summary>
public sealed record UserSetting(string Name) : Setting(Name)
{
    /// <summary>Null for the next that is free.</summary>
    public uint? Uid { get; init; }

    /// <summary>The primary group's name; empty for one of the user's own.</summary>
    public string Group { get; init; } = "";

    public IReadOnlyList<string> Groups { get; init; } = [];

    public string Home { get; init; } = "";

    /// <summary>Whether the home directory is made; null for yes, unless the user is one of the system's.</summary>
    public bool? MakesHome { get; init; }

    public string Shell { get; init; } = "";

    /// <summary>The field that is called GECOS.</summary>
    public string Comment { get; init; } = "";

    /// <summary>As crypt(5) has it.</summary>
    public string PasswordHash { get; init; } = "";

    /// <summary>Lines of an authorized_keys file.</summary>
    public IReadOnlyList<string> AuthorizedKeys { get; init; } = [];

    public bool IsSystem { get; init; }

    /// <summary>Whether nothing logs in as this user.</summary>
    public bool IsLocked { get; init; }
}

/// <summary>A keyboard of the console, in the words of XKB.</summary>
/// <param name="Layout">Empty for what the image has.</param>
public sealed record KeyboardSetting(string Layout, string Variant);

/// <summary>A parameter of the kernel that is set when the machine starts.</summary>
public sealed record SysctlSetting(string Name, string Value) : Setting(Name);

/// <summary>What systemd-networkd does with interfaces that match.</summary>
public sealed record NetworkSetting(string Name) : Setting(Name)
{
    /// <summary>Patterns of interfaces' names; empty for the item's name, where no address is matched.</summary>
    public IReadOnlyList<string> MatchNames { get; init; } = [];

    /// <summary>Addresses of interfaces' hardware.</summary>
    public IReadOnlyList<string> MacAddresses { get; init; } = [];

    /// <summary>In systemd's words; empty for no.</summary>
    public string Dhcp { get; init; } = "";

    /// <summary>With their prefixes.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    public IReadOnlyList<string> Gateways { get; init; } = [];

    public IReadOnlyList<string> Dns { get; init; } = [];

    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>Bytes; null for the link's own.</summary>
    public uint? Mtu { get; init; }

    /// <summary>The number of a VLAN that the interface is made for, on <see cref="Parent"/>; null for none.</summary>
    public uint? Vlan { get; init; }

    /// <summary>The network setting whose interfaces carry the VLAN.</summary>
    public string Parent { get; init; } = "";

    /// <summary>Whether the interface is a bridge that is made.</summary>
    public bool IsBridge { get; init; }

    /// <summary>The bridge that matching interfaces belong to; empty for none.</summary>
    public string Bridge { get; init; } = "";

    /// <summary>Whether the machine counts as online only with it.</summary>
    public bool IsRequired { get; init; } = true;
}

/// <summary>A file system that is mounted when the machine starts (fstab(5)).</summary>
/// <param name="Name">The mount point, or "none" for a swap.</param>
public sealed record MountSetting(string Name, string Source) : Setting(Name)
{
    public string Type { get; init; } = "auto";

    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Whether the machine does not start without it.</summary>
    public bool IsRequired { get; init; } = true;
}

/// <summary>What becomes of a unit of systemd.</summary>
public enum UnitState
{
    /// <summary>Nothing but what else is said of it.</summary>
    Unchanged,

    Enabled,

    Disabled,

    Masked,
}

/// <summary>A unit of systemd.</summary>
/// <param name="Name">With its suffix.</param>
public sealed record UnitSetting(string Name) : Setting(Name)
{
    public const string DefaultDropIn = "50-image";

    public UnitState State { get; init; }

    /// <summary>The unit's own text; empty where the image has it.</summary>
    public string Text { get; init; } = "";

    /// <summary>Text of a drop-in; empty for none.</summary>
    public string DropIn { get; init; } = "";

    /// <summary>The drop-in's name, without ".conf".</summary>
    public string DropInName { get; init; } = DefaultDropIn;

    /// <summary>Whether the image may lack it.</summary>
    public bool IsOptional { get; init; }
}

/// <summary>A secret that a machine gets when it starts, and the image never has.</summary>
/// <param name="Name">Of the credential (systemd's LoadCredential).</param>
public sealed record CredentialSetting(string Name) : Setting(Name)
{
    /// <summary>Units that see it as a credential.</summary>
    public IReadOnlyList<string> Units { get; init; } = [];

    /// <summary>The file that it becomes at the first start; empty for none.</summary>
    public string TargetPath { get; init; } = "";

    /// <summary>The file's owner.</summary>
    public string Owner { get; init; } = "root";

    public string Group { get; init; } = "";

    /// <summary>What is asked on the console where the machine got no such credential; empty to ask nothing.</summary>
    public string Prompt { get; init; } = "";
}
