using System.Globalization;
using System.Text.RegularExpressions;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Packages;

/// <summary>A Debian package as a package index names it: what it is, where it lies, and what it must be.</summary>
/// <param name="Name">Without the architecture: "less".</param>
/// <param name="Version">With the epoch where there is one: "1:4.13+dfsg1-1".</param>
/// <param name="Architecture">"amd64", "all".</param>
/// <param name="Uri">An http, https, file or copy address, percent-encoded.</param>
/// <param name="Size">Bytes of the file at the address.</param>
/// <param name="Sha256">Its digest, 64 lower-case hexadecimal digits. Names the package in the cache.</param>
sealed partial record DebianPackage(string Name, string Version, string Architecture, string Uri, long Size, string Sha256)
{
    /// <summary>Settings that apt needs, as -o options, so that its lines are what <see cref="ParseUriLine"/> reads.</summary>
    public static IReadOnlyList<string> AptOptions { get; } = ["Acquire::ForceHash=SHA256"];

    /// <summary>The name of its file as apt makes it: "file_1%3a5.44-3_amd64.deb".</summary>
    public string FileName => $"{Name}_{Version.Replace(":", "%3a", StringComparison.Ordinal)}_{Architecture}.deb";

    public override string ToString() => $"{Name} {Version} ({Architecture})";

    /// <summary>
    /// The packages among the lines that <c>apt-get --print-uris</c> prints, in their order; other lines are ignored.
    /// apt has to be run with <see cref="AptOptions"/>.
    /// </summary>
    /// <exception cref="BuildException">A line names a package that can't be: IMG4013.</exception>
    public static IReadOnlyList<DebianPackage> ParseUriLines(IEnumerable<string> lines) =>
        [.. lines.Where(line => line.StartsWith('\'')).Select(ParseUriLine)];

    /// <summary>Whether a line is one that says where a package is and what it must be, as <see cref="ParseUriLine"/> reads it.</summary>
    public static bool IsUriLine(string line) => UriLine().IsMatch(line);

    /// <summary>A line <c>'URI' NAME_VERSION_ARCHITECTURE.deb SIZE SHA256:DIGEST</c>.</summary>
    /// <exception cref="BuildException">It is none: IMG4013.</exception>
    public static DebianPackage ParseUriLine(string line)
    {
        var match = UriLine().Match(line);
        if (!match.Success || !long.TryParse(match.Groups["size"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            throw Wrong(line);
        var parts = match.Groups["file"].Value.Split('_');
        if (parts.Length != 3)
            throw Wrong(line);
        var package = new DebianPackage(
            System.Uri.UnescapeDataString(parts[0]), System.Uri.UnescapeDataString(parts[1]), System.Uri.UnescapeDataString(parts[2]),
            match.Groups["uri"].Value, size, match.Groups["digest"].Value);
        return package.IsNamed ? package : throw Wrong(line);
    }

    public static DebianPackage From(LockedPackage locked) =>
        new(locked.Name, locked.Version, locked.Architecture, locked.Uri, locked.Size, locked.Sha256);

    public LockedPackage ToLocked() => new(Name, Version, Architecture, Sha256, Size, Uri);

    /// <summary>The package where it lies on this machine: sources that are folders are seen by the image where they are mounted.</summary>
    public DebianPackage Locate(IReadOnlyList<BindMount> mounts) =>
        DebianUri.TryGetPath(Uri) is { } path && MountedFile.IsMounted(path, mounts) ? this with { Uri = new Uri(MountedFile.Find(path, mounts)).AbsoluteUri } : this;

    /// <summary>Whether what a lock says can be a package.</summary>
    public static bool IsValid(LockedPackage locked) =>
        locked is { Name: not null, Version: not null, Architecture: not null, Sha256.Length: 64, Size: >= 0, Uri: not null }
            && locked.Sha256.All(char.IsAsciiHexDigitLower) && From(locked).IsNamed;

    // All of it becomes names of files.
    bool IsNamed => NameText().IsMatch(Name) && VersionText().IsMatch(Version) && NameText().IsMatch(Architecture);

    static BuildException Wrong(string line) => new("IMG4013",
        $"apt names a package in a way that is not understood: \"{line}\". Expected 'URI' NAME_VERSION_ARCHITECTURE.deb SIZE SHA256:DIGEST; is the repository without SHA256 digests?");

    [GeneratedRegex(@"^'(?<uri>[^']+)' (?<file>[^ /]+)\.deb (?<size>[0-9]+) SHA256:(?<digest>[0-9a-f]{64})$")]
    private static partial Regex UriLine();

    // Debian policy 5.6.1 and 5.6.12.
    [GeneratedRegex("^[a-z0-9][a-z0-9+.-]+$")]
    private static partial Regex NameText();

    [GeneratedRegex("^[0-9][A-Za-z0-9.+:~-]*$")]
    private static partial Regex VersionText();
}
