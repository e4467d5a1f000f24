using System.Security.Cryptography;
using ImageSdk.Archives;
using ImageSdk.Images;
using ImageSdk.Packages.Cache;

namespace ImageSdk.Debian.Dpkg;

/// <summary>The names that a package brings, in its own order.</summary>
/// <param name="Paths">Without "./" in front or a slash at the end; the root directory is the empty path.</param>
/// <param name="Files">Those of them that are no directories.</param>
/// <param name="Directories">The others, but for the root directory.</param>
sealed record PackageContents(IReadOnlyList<ByteString> Paths, IReadOnlyList<ByteString> Files, IReadOnlyList<PackageDirectory> Directories)
{
    /// <exception cref="InvalidDataException">The package is damaged.</exception>
    public static PackageContents Read(CachedPackage package)
    {
        var (paths, files, directories) = (new List<ByteString>(), new List<ByteString>(), new List<PackageDirectory>());
        foreach (var entry in Entries(package))
        {
            var path = new ByteString(Trim(entry.Name.Span));
            paths.Add(path);
            if (entry.Type != '5')
                files.Add(path);
            else if (!path.Span.IsEmpty)
                directories.Add(new(path, entry.Mode, entry.Uid, entry.Gid));
        }
        return new(paths, files, directories);
    }

    /// <summary>MD5 of some files, as dpkg notes it of configuration files.</summary>
    public static Dictionary<ByteString, string> Digest(CachedPackage package, IReadOnlySet<ByteString> files)
    {
        var digests = new Dictionary<ByteString, string>();
        if (files.Count == 0)
            return digests;
        using var file = File.OpenRead(package.File);
        var start = Data(file).Start;
        foreach (var entry in Entries(package))
        {
            var path = new ByteString(Trim(entry.Name.Span));
            if (files.Contains(path) && entry.Type is '0' or '\0')
                digests[path] = Convert.ToHexStringLower(MD5.HashData(new FileRange(file.SafeFileHandle, start + entry.Start, entry.Length)));
        }
        return digests;
    }

    public static DebMember Data(FileStream file) => DebArchive.Find(DebArchive.ReadMembers(file), "data.tar")!.Value;

    /// <summary>"./usr/bin/x" and "./usr/" as a tree names them.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> name)
    {
        while (name.StartsWith("./"u8))
            name = name[2..];
        return name.SequenceEqual("."u8) ? [] : name.Trim((byte)'/');
    }

    static IEnumerable<TarFileEntry> Entries(CachedPackage package)
    {
        using var file = File.OpenRead(package.File);
        var data = Data(file);
        var reader = new TarFileReader(new FileRange(file.SafeFileHandle, data.Start, data.Length));
        while (reader.Read() is { } entry)
            yield return entry;
    }
}

/// <summary>A directory as a package brings it.</summary>
/// <param name="Mode">Permission bits.</param>
readonly record struct PackageDirectory(ByteString Path, uint Mode, uint Uid, uint Gid);
