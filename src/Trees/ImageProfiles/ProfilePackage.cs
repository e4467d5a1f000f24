using System.Security.Cryptography;
using System.Xml.Linq;

namespace ImageSdk.Trees.ImageProfiles;

/// <summary>
/// What a NuGet package carries of a profile: an archive of its trees, scripts and tests, because packages keep neither modes nor links,
/// and a props file that declares its items in the projects that reference it. An item with content has the name ID/NAME there, by which a
/// project can remove or change it, and a place in the archive.
/// </summary>
public static class ProfilePackage
{
    /// <param name="folder">Where the files are written; there or not.</param>
    /// <returns>The props file, and the archive where there is content.</returns>
    /// <exception cref="IOException">Something cannot be read or written.</exception>
    public static (string Props, string? Archive) Write(string folder, string id, string version, IReadOnlyList<ProfileItem> items)
    {
        Directory.CreateDirectory(folder);
        var contents = items.Where(item => item.Source is not null).ToList();
        var archive = contents.Count > 0 ? Path.Combine(folder, "content.tar") : null;
        var digest = "";
        if (archive is not null)
        {
            ProfileArchive.Write(archive, [.. contents.Select(item => item.Source!)]);
            using var stream = File.OpenRead(archive);
            digest = Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        var props = Path.Combine(folder, "profile.props");
        var text = Props(id, version, digest, items).ToString() + "\n";
        if (!File.Exists(props) || File.ReadAllText(props) != text)
            File.WriteAllText(props, text);
        return (props, archive);
    }

    static XElement Props(string id, string version, string digest, IReadOnlyList<ProfileItem> items)
    {
        var package = new XElement("ImageProfilePackage", new XAttribute("Include", id), new XAttribute("Version", version));
        if (digest.Length > 0)
            package.Add(new XAttribute("Archive", "$(MSBuildThisFileDirectory)../profile/content.tar"), new XAttribute("Digest", digest));
        var group = new XElement("ItemGroup", new XAttribute("Condition", "'$(UsingImageSdk)' == 'true'"), package);
        var names = new HashSet<(string, string)>();
        var place = 0;
        foreach (var item in items)
        {
            var name = item.Name;
            if (item.Source is not null)
            {
                var first = name = $"{id}/{name}";
                for (var number = 2; !names.Add((item.Type, name)); number++)
                    name = $"{first}-{number}";
            }
            var element = new XElement(item.Type, new XAttribute("Include", name), item.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new XAttribute(pair.Key, pair.Value)), new XAttribute("ImageProfile", id));
            if (item.Source is { } source)
                element.Add(new XAttribute("ImageProfilePath", $"{digest}/{place++}{(Directory.Exists(source) ? "" : "/" + Escaped(Path.GetFileName(source)))}"));
            group.Add(element);
        }
        return new XElement("Project",
            new XComment($" What the profile {id} brings to an image; see docs/profiles.md of ImageSdk. "),
            new XElement("PropertyGroup", new XElement("_ImageHasProfiles", "true")),
            group);
    }

    static string Escaped(string text) => string.Concat(text.Select(letter => "%*?@$();'".Contains(letter) ? $"%{(int)letter:X2}" : letter.ToString()));
}
