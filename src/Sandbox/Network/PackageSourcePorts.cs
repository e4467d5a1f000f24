using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Sandbox.Network;

/// <summary>Servers that an image's sources of packages name: the image's own packager reaches those that are on this machine.</summary>
static partial class PackageSourcePorts
{
    static readonly string[] files = ["etc/apt/sources.list", "etc/apk/repositories", "etc/yum.conf", "etc/dnf/dnf.conf"];

    static readonly string[] directories = ["etc/apt/sources.list.d", "etc/yum.repos.d", "etc/zypp/repos.d"];

    const int LongestFile = 1 << 20;

    /// <summary>Addresses of servers, as they are written.</summary>
    public static IEnumerable<string> Find(DirectoryHandle root) => files.Concat(directories.SelectMany(directory => FilesOf(root, directory)))
        .Select(file => RootFile.TryReadText(root, file, LongestFile)).OfType<string>()
        .SelectMany(text => Address().Matches(text).Select(match => match.Value)).Distinct();

    static IEnumerable<string> FilesOf(DirectoryHandle root, string directory)
    {
        var path = Encoding.UTF8.GetBytes(directory);
        if (root.StatInRoot(path) is not { Kind: FileKind.Directory })
            return [];
        using var opened = root.OpenDirectoryInRoot(path);
        return [.. opened.ReadNames().Select(name => $"{directory}/{Encoding.UTF8.GetString(name)}")];
    }

    [GeneratedRegex("(http|https|ftp)://[^/\\s]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
