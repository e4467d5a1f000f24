using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Debian.Installing;

/// <summary>What <c>apt-get install</c> makes for its own use and leaves, in images that lack it because their source leaves out all caches.</summary>
static class AptLeftovers
{
    const string Archives = "var/cache/apt/archives";
    const uint DirectoryMode = Permissions.Directory;
    const uint LockMode = Permissions.GroupFile;
    const uint PartialMode = Permissions.OwnerDirectory;

    /// <summary>The user that apt fetches as by default.</summary>
    const string User = "_apt";

    /// <summary>debconf's database, which apt's hook makes before packages are unpacked.</summary>
    static readonly string[] debconf = ["var/cache/debconf/config.dat", "var/cache/debconf/passwords.dat", "var/cache/debconf/templates.dat"];

    public static bool LackDebconf(DirectoryHandle root) => !debconf.All(path => RootFile.Exists(root, path));

    /// <summary>Makes the folders that packages are fetched to; what is there stays.</summary>
    public static void MakeArchives(DirectoryHandle root)
    {
        root.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes(Archives), DirectoryMode);
        using var archives = root.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(Archives));
        if (archives.TryStat("lock"u8) is null)
        {
            archives.CreateFile("lock"u8, LockMode).Dispose();
            archives.SetPermissions("lock"u8, LockMode);
        }
        if (archives.TryStat("partial"u8) is null && archives.TryMakeDirectory("partial"u8, PartialMode) && FindUser(root) is { } user)
            archives.SetOwner("partial"u8, user, 0);
    }

    /// <summary>Removes packages that apt fetched and what it worked out from its lists, as <c>apt-get clean</c> does: no layer has them.</summary>
    public static void DropPackages(DirectoryHandle root)
    {
        foreach (var path in (string[])[Archives, $"{Archives}/partial"])
            Remove(path, name => !name.SequenceEqual("lock"u8));
        Remove("var/cache/apt", name => name.EndsWith("pkgcache.bin"u8));

        void Remove(string path, NameTest isRemoved)
        {
            if (root.StatInRoot(Encoding.UTF8.GetBytes(path)) is not { Kind: FileKind.Directory })
                return;
            using var directory = root.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(path));
            foreach (var name in directory.ReadNames())
                if (directory.Stat(name).Kind != FileKind.Directory && isRemoved(name))
                    directory.Unlink(name);
        }
    }

    delegate bool NameTest(ReadOnlySpan<byte> name);

    static uint? FindUser(DirectoryHandle root) => (RootFile.TryReadText(root, "etc/passwd") ?? "").Split('\n').Select(line => line.Split(':'))
        .Where(fields => fields is [User, _, _, ..]).Select(fields => uint.TryParse(fields[2], out var id) ? id : (uint?)null).FirstOrDefault();
}
