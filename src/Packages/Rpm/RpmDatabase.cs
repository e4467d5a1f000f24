using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Packages.Rpm;

/// <summary>
/// rpm's database of an image's packages, in each of the three forms that rpm has kept it in, read without rpm. Bytes of an image may say anything: what is damaged is an error.
/// </summary>
static class RpmDatabase
{
    /// <summary>Files of the forms, below one of <see cref="Directories"/>; with what belongs to them.</summary>
    public static readonly string[] Files = [SqliteName, SqliteName + SqliteTable.LogSuffix, "Packages.db", "Packages"];

    /// <summary>Where the database lies in a root. One may be a link to the other.</summary>
    public static readonly string[] Directories = ["usr/lib/sysimage/rpm", "var/lib/rpm"];

    const string SqliteName = "rpmdb.sqlite";

    static readonly (string Name, Func<RpmFile, RpmFile?, IEnumerable<ReadOnlyMemory<byte>>> Read)[] forms =
    [
        (SqliteName, static (file, log) => new SqliteTable(file, log).ReadBlobs("Packages")),
        ("Packages.db", static (file, _) => NdbFile.ReadBlobs(file)),
        ("Packages", static (file, _) => BerkeleyHash.ReadBlobs(file)),
    ];

    /// <summary>The packages in the order of the database, those of keys among them; null where there is no database.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of a form that is not known.</exception>
    public static IReadOnlyList<RpmPackage>? TryRead(DirectoryHandle root)
    {
        foreach (var directory in Directories)
            foreach (var (name, read) in forms)
            {
                using var file = RpmFile.TryOpen(root, $"{directory}/{name}");
                if (file is null || file.Length == 0)
                    continue;
                using var log = name == SqliteName ? RpmFile.TryOpen(root, $"{directory}/{name}{SqliteTable.LogSuffix}") : null;
                return [.. read(file, log).Select(blob => new RpmHeader(blob).ToPackage())];
            }
        return null;
    }

    /// <summary>Whether there is a directory for it, so that the image's packager is rpm.</summary>
    public static bool HasDirectory(DirectoryHandle root) => Directories.Any(path => root.StatInRoot(Encoding.UTF8.GetBytes(path)) is { Kind: FileKind.Directory });
}
