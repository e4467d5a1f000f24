using System.Text;
using ImageSdk.Contracts.Packagers;
using ImageSdk.Debian.Installing;
using ImageSdk.Images;
using ImageSdk.Packages;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Cleaning;
using ImageSdk.Trees;

namespace ImageSdk.Debian;

/// <summary>
/// Clean-up and list of the built-in "deb" packager without the processes that its commands start: they run in every build
/// that changes anything. Only for images whose /bin/generic-packager is the built-in one to the letter and whose apt keeps
/// its files where Debian puts them; the effects are those of the commands.
/// </summary>
sealed class DebianPackager
{
    static readonly byte[] script = Encoding.UTF8.GetBytes(GenericPackagerScript.Write(BuiltInPackagers.Find("deb", [])!));
    static readonly Filter patterns = new(BuiltInPackagers.Find("deb", [])!.CleanPatterns);

    readonly DirectoryHandle root;

    DebianPackager(DirectoryHandle root) => this.root = root;

    /// <returns>Null where the image's packager is another one.</returns>
    public static DebianPackager? TryOpen(DirectoryHandle root) =>
        RootFile.TryRead(root, "bin/generic-packager", script.Length).AsSpan().SequenceEqual(script) && (!HasApt(root) || HasArchives(root)) && !SetsDirectories(root)
            ? new(root)
            : null;

    // A root of essential packages alone has dpkg and no apt: what apt would clean may be there all the same.
    static bool HasApt(DirectoryHandle root) => RootFile.Exists(root, "usr/bin/apt-get");

    // apt makes its lock, and a folder that belongs to the user who downloads, wherever they are missing.
    static bool HasArchives(DirectoryHandle root) =>
        RootFile.Exists(root, "var/cache/apt/archives/lock")
            && root.StatInRoot("var/cache/apt/archives/partial"u8) is { Kind: FileKind.Directory, Permissions: Permissions.OwnerDirectory, Uid: not 0 };

    // apt.conf may put the caches elsewhere ("Dir::Cache") or name hooks that run with the commands.
    static bool SetsDirectories(DirectoryHandle root)
    {
        if (root.StatInRoot("etc/apt/apt.conf"u8) is not null)
            return true;
        if (root.StatInRoot("etc/apt/apt.conf.d"u8) is not { Kind: FileKind.Directory })
            return false;
        using var parts = root.OpenDirectoryInRoot("etc/apt/apt.conf.d"u8);
        return parts.ReadNames().Any(name =>
        {
            var status = parts.Stat(name);
            return status.Kind != FileKind.Regular
                || RootFile.TryReadText(parts, Encoding.UTF8.GetString(name))?.Contains("dir", StringComparison.OrdinalIgnoreCase) != false;
        });
    }

    /// <summary>What "apt-get clean" and the clean patterns take away.</summary>
    public void Clean()
    {
        AptLeftovers.DropPackages(root);
        RootCleaner.RemoveMatching(root, patterns);
    }

    /// <summary>
    /// The packages of dpkg's database as "dpkg-query --show" names them, sizes in bytes; null where dpkg has work that it
    /// has not written down yet, or the database has something unknown.
    /// </summary>
    public IReadOnlyList<Package>? List() =>
        !RootFile.HasNames(root, "var/lib/dpkg/updates") && RootFile.TryRead(root, DpkgStatus.File) is { } status
            ? DpkgStatus.Parse(status)
            : null;
}
