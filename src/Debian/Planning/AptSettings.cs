using System.Text.RegularExpressions;

namespace ImageSdk.Debian.Planning;

/// <summary>The settings of an image's apt that matter to code that does a part of its work.</summary>
/// <param name="IsUsual">Whether lists, caches and the database of packages lie where they usually do, and what is only suggested stays out.</param>
/// <param name="DpkgOptions">What apt gives dpkg besides its own options.</param>
/// <param name="Preconfigures">Whether dpkg-preconfigure is called before packages are installed.</param>
/// <param name="OtherDpkgSetting">A setting of how dpkg is called that is none of these; null for none.</param>
/// <param name="UpdateHook">Something that is run with an update; null for nothing.</param>
/// <param name="HasOwnNetwork">Whether it has proxies or passwords of its own.</param>
sealed partial record AptSettings(
    bool IsUsual, IReadOnlyList<string> DpkgOptions, bool Preconfigures, string? OtherDpkgSetting, string? UpdateHook, bool HasOwnNetwork)
{
    /// <summary>Whether <see cref="OtherDpkgSetting"/>, and all like it, is a command that apt runs before or after dpkg.</summary>
    public bool HasOnlyHooks { get; init; }

    const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;

    static readonly (string Name, string Value)[] Usual =
    [
        ("Dir", "/"), ("Dir::State", "var/lib/apt"), ("Dir::State::lists", "lists/"), ("Dir::State::extended_states", "extended_states"),
        ("Dir::State::status", "/var/lib/dpkg/status"), ("Dir::Cache", "var/cache/apt"), ("Dir::Cache::archives", "archives/"),
        ("Dir::Etc", "etc/apt"), ("Dir::Bin::dpkg", "/usr/bin/dpkg"),
    ];

    static readonly string[] Hooks = ["DPkg::Pre-Invoke::", "DPkg::Post-Invoke::", "DPkg::Pre-Install-Pkgs::"];

    /// <summary>Reads what <c>apt-config dump</c> prints.</summary>
    public static AptSettings Parse(IEnumerable<string> lines)
    {
        var all = lines.Select(line => Line().Match(line)).Where(match => match.Success)
            .Select(match => (Name: match.Groups["name"].Value, Value: match.Groups["value"].Value)).Where(setting => setting.Value.Length > 0).ToList();
        var dpkg = all.Where(setting => IsOf(setting.Name, "DPkg::") && !IsOf(setting.Name, "DPkg::Path") && !IsOf(setting.Name, "DPkg::Tools::")).ToList();
        List<string> others =
        [
            .. dpkg.Where(setting => !IsOf(setting.Name, "DPkg::Options::") && !IsPreconfiguration(setting))
                .Concat(all.Where(setting => IsOf(setting.Name, "PackageManager::"))).Select(setting => setting.Name),
        ];
        return new(
            Usual.All(usual => all.Exists(setting => setting.Name.Equals(usual.Name, AnyCase) && setting.Value == usual.Value))
                && !all.Exists(setting => setting.Name.Equals("APT::Install-Suggests", AnyCase) && setting.Value is not ("0" or "false")),
            [.. dpkg.Where(setting => IsOf(setting.Name, "DPkg::Options::")).Select(setting => setting.Value)],
            dpkg.Exists(IsPreconfiguration),
            others.FirstOrDefault(),
            all.Where(setting => IsOf(setting.Name, "APT::Update::")).Select(setting => setting.Name).FirstOrDefault(),
            all.Exists(setting => IsOf(setting.Name, "Acquire::") && setting.Name.Contains("Proxy", AnyCase)))
        {
            HasOnlyHooks = others.Count > 0 && others.TrueForAll(name => Hooks.Any(hook => IsOf(name, hook))),
        };
    }

    static bool IsPreconfiguration((string Name, string Value) setting) =>
        setting.Name.Equals("DPkg::Pre-Install-Pkgs::", AnyCase) && setting.Value == "/usr/sbin/dpkg-preconfigure --apt || true";

    static bool IsOf(string name, string family) => name.StartsWith(family, AnyCase);

    [GeneratedRegex("^(?<name>[^ ]+) \"(?<value>.*)\";$")]
    private static partial Regex Line();
}
