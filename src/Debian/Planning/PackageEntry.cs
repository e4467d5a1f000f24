namespace ImageSdk.Debian.Planning;

/// <summary>An entry of a package list, as apt takes it: "nginx", "nginx=1.22*", "nginx/bookworm", "nginx:amd64".</summary>
static class PackageEntry
{
    /// <summary>The name in it: "nginx".</summary>
    public static string BaseName(string entry) => Cut(entry, "=/:");

    /// <summary>The same with its architecture: "nginx:amd64".</summary>
    public static string NameWithArchitecture(string entry) => Cut(entry, "=/");

    static string Cut(string entry, string ends) => entry.AsSpan().IndexOfAny(ends) is var end and > 0 ? entry[..end] : entry;
}
