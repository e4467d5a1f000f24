using System.Text;
using ImageSdk.Images;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Packages.Lists;
using ImageSdk.Posix;

namespace ImageSdk.Debian.Planning;

/// <summary>
/// The closure of an installation: what of apt's lists can matter to an installation: the packages that are asked for or installed already, and all that any of them
/// could need, directly or not, in all versions. Of 60,000 packages a few hundred are left, and apt thinks in no time.
/// </summary>
/// <remarks>
/// It thinks the same, as nothing else can come into it: apt installs what is asked for, and what something that it installs depends
/// on. There is one exception. Where packages cannot be together, it tries ways out in an order in which the number of all packages has a
/// part: whoever uses a closure has to make sure that there was nothing to find a way out of.
/// </remarks>
sealed class DependencyClosure
{
    readonly PackageLists lists;
    readonly HashSet<int> reached = [];
    readonly Queue<int> open = [];
    readonly List<SortedSet<int>> kept;

    /// <param name="lists">All of them; null where they cannot be read.</param>
    /// <param name="installed">dpkg's database.</param>
    /// <param name="entries">What is asked for, in apt's notation: "nginx", "nginx=1.22*".</param>
    /// <returns>Null where apt has to look for itself what is meant.</returns>
    public static DependencyClosure? TryTake(PackageLists? lists, ReadOnlyMemory<byte> installed, IEnumerable<string> entries)
    {
        List<string> names = [.. entries.Select(PackageEntry.BaseName)];
        if (lists is null || !names.TrueForAll(lists.Has))
            return null;
        var closure = new DependencyClosure(lists, new(installed));
        names.ForEach(closure.Add);
        return closure;
    }

    /// <param name="lists">All of them.</param>
    /// <param name="installed">dpkg's database.</param>
    public DependencyClosure(PackageLists lists, PackageList installed)
    {
        this.lists = lists;
        kept = [.. lists.Files.Select(_ => new SortedSet<int>())];
        for (var paragraph = 0; paragraph < installed.Count; paragraph++)
        {
            Open(NameTable.HashOf(installed.NameOf(paragraph)));
            OpenNeeds(installed[paragraph]);
        }
        Follow();
    }

    /// <summary>Takes in the packages of a name, and those that provide it.</summary>
    public void Add(string name)
    {
        Open(NameTable.HashOf(Encoding.UTF8.GetBytes(name)));
        Follow();
    }

    /// <summary>Writes a folder of lists.</summary>
    /// <param name="directory">The folder, empty.</param>
    /// <param name="source">The folder with all lists.</param>
    /// <param name="sourcePath">Its absolute path, where apt runs.</param>
    public void Write(DirectoryHandle directory, DirectoryHandle source, string sourcePath)
    {
        foreach (var name in source.ReadNames().Where(name => name.AsSpan().EndsWith("Release"u8)))
            directory.MakeSymlink(name, [.. Encoding.UTF8.GetBytes($"{sourcePath}/"), .. name]);
        foreach (var ((name, list), paragraphs) in lists.Files.Zip(kept))
        {
            using var file = directory.CreateFile(name, Permissions.File);
            foreach (var paragraph in paragraphs)
            {
                file.Write(list[paragraph]);
                file.Write("\n\n"u8);
            }
        }
    }

    void Open(int name)
    {
        if (reached.Add(name))
            open.Enqueue(name);
    }

    // What apt does not install of its own accord, such as what is recommended, may be missing.
    void OpenNeeds(ReadOnlySpan<byte> package)
    {
        foreach (var name in Relations.NamesIn(PackageList.FieldOf(package, "\nDepends:"u8)))
            Open(name);
        foreach (var name in Relations.NamesIn(PackageList.FieldOf(package, "\nPre-Depends:"u8)))
            Open(name);
    }

    void Follow()
    {
        while (open.TryDequeue(out var name))
            foreach (var ((_, list), paragraphs) in lists.Files.Zip(kept))
            {
                foreach (var paragraph in list.Named(name).Where(paragraphs.Add))
                    OpenNeeds(list[paragraph]);
                // With all versions of each, provided or not.
                foreach (var paragraph in list.Providing(name))
                    Open(NameTable.HashOf(list.NameOf(paragraph)));
            }
    }
}
