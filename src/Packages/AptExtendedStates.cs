using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Packages;

/// <summary>
/// Which packages were installed for others' sake (/var/lib/apt/extended_states), as apt writes it: what was there stays in
/// its order, new ones come after it.
/// </summary>
static class AptExtendedStates
{
    public const string FilePath = "var/lib/apt/extended_states";

    /// <returns>What the file of an image has; empty where there is none.</returns>
    public static string Read(DirectoryHandle root) => RootFile.TryReadText(root, FilePath) ?? "";

    /// <summary>Writes the file again where that changes anything; parameters as those of <see cref="Update"/>.</summary>
    public static void Write(DirectoryHandle root, string text, IEnumerable<string> automatic, IEnumerable<string> manual, string architecture)
    {
        var states = Update(text, automatic, manual, architecture);
        if (states != text)
            Replace(root, states);
    }

    /// <summary>Writes the file as it is to be; nothing where it is to be empty and is not there.</summary>
    public static void Replace(DirectoryHandle root, string states)
    {
        if (states.Length == 0 && !RootFile.Exists(root, FilePath))
            return;
        var path = Encoding.UTF8.GetBytes(FilePath);
        if (root.TryStat(path) is null)
            root.CreateFile(path, Permissions.File).Dispose();
        using var file = root.OpenWriteInRoot(path);
        file.Write(Encoding.UTF8.GetBytes(states));
    }

    /// <summary>Names of the packages that count as automatic, in the file's order.</summary>
    public static IReadOnlyList<string> Automatic(string text) =>
        [.. ControlStanza.ReadAll(text).Where(stanza => stanza["Auto-Installed"] == "1").Select(stanza => stanza["Package"]).Distinct()];

    /// <param name="text">What the file has; empty where there is none.</param>
    /// <param name="automatic">Packages that are new and were not asked for, in the order in which apt has them.</param>
    /// <param name="manual">Packages that were asked for, new or not.</param>
    /// <param name="architecture">The image's own; apt writes it for packages of all architectures too.</param>
    public static string Update(string text, IEnumerable<string> automatic, IEnumerable<string> manual, string architecture)
    {
        var added = automatic.ToList();
        var replaced = added.Concat(manual).ToHashSet(StringComparer.Ordinal);
        var states = new StringBuilder();
        foreach (var stanza in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = ControlStanza.ReadAll(stanza).FirstOrDefault();
            if (fields is null || (replaced.Contains(fields["Package"]) && fields["Architecture"] == architecture))
                continue;
            states.Append(stanza.Trim('\n')).Append("\n\n");
        }
        foreach (var name in added)
            states.Append("Package: ").Append(name).Append("\nArchitecture: ").Append(architecture).Append("\nAuto-Installed: 1\n\n");
        return states.ToString();
    }
}
