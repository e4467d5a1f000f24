using System.Security.Cryptography;
using System.Text;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Packagers;
using ImageSdk.Packages;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Packagers;
using ImageSdk.Trees;

namespace ImageSdk.Debian.Planning;

/// <summary>An image whose packages are installed by apt and dpkg as the built-in packager type "deb" does it, and what that depends on.</summary>
/// <param name="SourcesKey">Of all that says where lists come from and whom they are believed.</param>
/// <param name="StateKey">Of what is installed.</param>
/// <param name="HasPasswords">Whether apt has passwords for its sources.</param>
sealed record AptSystem(string SourcesKey, string StateKey, InstalledPackages Status, string ExtendedStates, bool HasPasswords)
{
    const long LongestScript = 1 << 16;

    /// <summary>What apt and dpkg keep their things in; something mounted there would hide them from us.</summary>
    static readonly string[] OwnDirectories =
        ["/etc/apt", "/etc/dpkg", "/usr/share/keyrings", "/var/lib/apt", "/var/cache/apt", "/var/lib/dpkg", "/usr/bin", "/usr/lib/apt"];

    static readonly string PackagerScript = WithoutComments(GenericPackagerScript.Write(BuiltInPackagers.Find("deb", [])!));

    /// <returns>Null for an image that has another packager, or something unusual.</returns>
    public static AptSystem? TryRead(DirectoryHandle root, CommandSettings settings)
    {
        if (RootFile.TryReadText(root, GenericPackager.PathInImage.TrimStart('/'), LongestScript) is not { } script || WithoutComments(script) != PackagerScript
            || !RootFile.Exists(root, "usr/bin/apt-get") || !RootFile.Exists(root, "usr/bin/dpkg") || root.StatInRoot("var/lib/apt/lists"u8) is not { Kind: FileKind.Directory }
            || RootFile.HasNames(root, "var/lib/dpkg/updates") || settings.BindMounts.Any(mount => Covers(mount.Target)))
            return null;
        // A layer with lists that lies on links would hide what they lead to.
        if (AptLists.Parents.Any(path => root.TryStat(Encoding.UTF8.GetBytes(path.Length == 0 ? "." : path)) is { Kind: not FileKind.Directory }))
            return null;
        if (RootFile.TryReadText(root, DpkgStatus.File) is not { } status || InstalledPackages.Parse(status) is not { IsWhole: true } packages)
            return null;
        var states = AptExtendedStates.Read(root);
        return new(
            HashSources(root, status, settings), CacheKey.Of(InstalledPackages.DescribeForApt(status), states), packages, states,
            HasPasswordsIn(root));
    }

    /// <summary>Whether a root's apt has passwords for its sources.</summary>
    public static bool HasPasswordsIn(DirectoryHandle root) =>
        root.StatInRoot("etc/apt/auth.conf"u8) is { Size: > 0 } || RootFile.HasNames(root, "etc/apt/auth.conf.d");

    // Scripts of the field's other builders differ in their first lines alone.
    static string WithoutComments(string script) => string.Join('\n', script.Split('\n').Where(line => !line.StartsWith('#')));

    static bool Covers(string target)
    {
        var path = target.TrimEnd('/') + "/";
        return OwnDirectories.Any(own => (own + "/").StartsWith(path, StringComparison.Ordinal) || path.StartsWith(own + "/", StringComparison.Ordinal));
    }

    static string HashSources(DirectoryHandle root, string status, CommandSettings settings)
    {
        var text = new StringBuilder();
        foreach (var directory in new[] { "etc/apt", "usr/share/keyrings" })
            HashTree(root, directory, text);
        text.Append(RootFile.TryReadText(root, "var/lib/dpkg/arch")).Append('\n');
        text.Append(ControlStanza.ReadAll(status).FirstOrDefault(stanza => stanza["Package"] == "apt")?["Version"]).Append('\n');
        // Where apt looks for its configuration, and its way to the network.
        foreach (var (name, value) in settings.Environment)
            if (name == "APT_CONFIG" || name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase))
                text.Append(name).Append('=').Append(value).Append('\n');
        foreach (var mount in settings.BindMounts)
            text.Append("mount ").Append(mount.Source).Append(' ').Append(mount.Target).Append('\n');
        return CacheKey.Of("sources", text.ToString());
    }

    static void HashTree(DirectoryHandle root, string path, StringBuilder text)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        if (root.StatInRoot(bytes) is not { } status)
            return;
        if (status.Kind == FileKind.Regular)
        {
            using var file = root.OpenReadInRoot(bytes);
            text.Append(path).Append(' ').Append(Convert.ToHexStringLower(SHA256.HashData(file))).Append('\n');
            return;
        }
        if (status.Kind != FileKind.Directory)
            return;
        using var directory = root.OpenDirectoryInRoot(bytes);
        foreach (var name in directory.ReadNames())
            HashTree(root, $"{path}/{Encoding.UTF8.GetString(name)}", text);
    }
}
