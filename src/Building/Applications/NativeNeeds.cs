using System.Security.Cryptography;
using System.Text;
using ImageSdk.Contracts;

namespace ImageSdk.Building.Applications;

/// <summary>What programs need of an image, found from their files: libraries that the loader brings, and what .NET loads by name.</summary>
static class NativeNeeds
{
    /// <summary>Raise it when other needs are found in the same files.</summary>
    const string Version = "1";

    /// <summary>A library of .NET that has the paths of the system in it.</summary>
    const string CoreLibrary = "System.Private.CoreLib.dll";

    /// <param name="folders">All of a program: its own files and those of its runtime.</param>
    /// <param name="recordFile">What was found before; files that did not change are not read again.</param>
    /// <returns>Names of libraries and of <see cref="NativePackages"/>, in order; and whether files were read to find them.</returns>
    public static (IReadOnlyList<string> Needs, bool IsNew) Find(IReadOnlyList<string> folders, string recordFile)
    {
        List<FileInfo> files = [.. folders.SelectMany(FolderFiles.Find).Where(file => file.LinkTarget is null).OrderBy(file => file.FullName, StringComparer.Ordinal)];
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', files.Select(file => $"{file.FullName}\0{file.Length}\0{file.LastWriteTimeUtc.Ticks}").Prepend(Version)))));
        if (JsonFile.TryRead(recordFile, ApplicationJson.Default.NeedsRecord) is { } record && record.Key == key)
            return (record.Needs, false);
        var needs = Read(files);
        JsonFile.Write(recordFile, new(key, needs), ApplicationJson.Default.NeedsRecord);
        return (needs, true);
    }

    static List<string> Read(IReadOnlyList<FileInfo> files)
    {
        var brought = files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        var needs = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (file.Length is 0 or > int.MaxValue || (file.Name != CoreLibrary && !BeginsAsElf(file.FullName)))
                continue;
            var bytes = File.ReadAllBytes(file.FullName);
            needs.UnionWith(ElfFile.Needed(bytes).Where(library => !brought.Contains(library) && !NativePackages.IsAlwaysThere(library)));
            foreach (var (need, text, isWide) in NativePackages.Loaded)
                if (bytes.AsSpan().IndexOf(isWide ? Encoding.Unicode.GetBytes(text) : Encoding.ASCII.GetBytes(text)) >= 0)
                    needs.Add(need);
        }
        if (needs.Contains(NativePackages.OpenSsl))
            needs.Add(NativePackages.Authorities);
        // An application may bring its own ICU.
        if (brought.Any(name => name.StartsWith("libicuuc.so", StringComparison.Ordinal)))
            needs.Remove(NativePackages.Icu);
        return [.. needs];
    }

    static bool BeginsAsElf(string file)
    {
        Span<byte> start = stackalloc byte[4];
        using var stream = File.OpenRead(file);
        return stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual("\u007FELF"u8);
    }
}

sealed record NeedsRecord(string Key, IReadOnlyList<string> Needs);
