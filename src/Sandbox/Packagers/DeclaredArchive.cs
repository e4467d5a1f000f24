using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Sandbox.Packagers;

/// <summary>An archive that a project has added to the sources of a root's apt, as the file says that was written for it.</summary>
/// <param name="Name">As the project has it.</param>
sealed record DeclaredArchive(string Name, IReadOnlyList<string> Uris, IReadOnlyList<string> Suites)
{
    /// <summary>Where apt reads sources from.</summary>
    public const string Folder = "etc/apt/sources.list.d";

    /// <summary>Begins the first line of such a file.</summary>
    public const string Mark = "# ImagePackageArchive ";

    const long LongestFile = 1 << 16;

    static readonly string[] signatureWords = ["signature", "NO_PUBKEY", "not signed", "no longer signed", "KEYEXPIRED", "BADSIG", "weak", "sqv", "gpgv"];
    static readonly string[] missingWords = ["404", "does not have a Release file", "does no longer have a Release file", "File not found", "No such file"];

    public static IReadOnlyList<DeclaredArchive> Read(DirectoryHandle root)
    {
        if (!RootFile.HasNames(root, Folder))
            return [];
        using var directory = root.OpenDirectoryInRoot(System.Text.Encoding.UTF8.GetBytes(Folder));
        return
        [
            .. directory.ReadNames().Where(name => name.AsSpan().EndsWith(".sources"u8))
                .Select(name => RootFile.TryReadText(directory, System.Text.Encoding.UTF8.GetString(name), LongestFile)).OfType<string>()
                .Where(text => text.StartsWith(Mark, StringComparison.Ordinal)).Select(Parse),
        ];
    }

    static DeclaredArchive Parse(string text)
    {
        var lines = text.Split('\n');
        return new(lines[0][Mark.Length..], Words("URIs:"), Words("Suites:"));

        string[] Words(string field) => lines.FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal))?[field.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
    }

    /// <summary>What is wrong with an archive that could not be brought up to date, where it is its key or its suite; null for all else.</summary>
    public static BuildException? FindFault(IReadOnlyList<DeclaredArchive> archives, IReadOnlyList<UnavailableSource> unavailable)
    {
        foreach (var source in unavailable)
        {
            if (archives.FirstOrDefault(archive => archive.Has(source.Source)) is not { } archive)
                continue;
            if (signatureWords.Any(word => source.Reason.Contains(word, StringComparison.OrdinalIgnoreCase)))
                return new("IMG4393", $"Archive {archive.Name} is not signed by its key: {source}. Check KeyFile and Fingerprint; nothing was installed.");
            if (missingWords.Any(word => source.Reason.Contains(word, StringComparison.Ordinal)))
                return new("IMG4394", $"Archive {archive.Name} has no such suite: {source}. It may have nothing for the image's series: see what there is below its address, and set Suites; nothing was installed.");
        }
        return null;
    }

    /// <summary>That none of the archives has a package.</summary>
    public static BuildException Without(IReadOnlyList<DeclaredArchive> archives, PackageRequest package) => new(
        "IMG4395",
        $"Package \"{package.Name}\" is in no archive of the image: neither in its own sources nor in {string.Join(", ", archives)}. Check its spelling, and whether the archive has it for this series and architecture.",
        package.File, package.Line);

    bool Has(string source) => Uris.Any(uri => source.StartsWith(uri.TrimEnd('/'), StringComparison.Ordinal));

    public override string ToString() => $"{Name} ({string.Join(' ', Uris)} {string.Join(' ', Suites)})";
}
