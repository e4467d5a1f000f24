namespace ImageSdk.Architecture.Tests;

/// <summary>
/// Namespaces follow folders, or folders group the files of one namespace (the messages of Dominator, the parts of an image); and no two
/// namespaces of a room refer to each other, be it through others.
/// </summary>
public class NamespaceTests
{
    public static TheoryData<string> EveryRoom => [.. Rooms.All];

    [Theory]
    [MemberData(nameof(EveryRoom))]
    public void Folders_are_namespaces_or_group_files_of_the_one_above(string room)
    {
        var namespaces = Namespaces(room);
        Assert.All(namespaces, found => Assert.StartsWith($"{found.Namespace}.", $"ImageSdk.{room}.{found.Folder}".TrimEnd('.') + '.', StringComparison.Ordinal));
        Assert.All(namespaces.GroupBy(found => found.Folder), folder => Assert.Single(folder));
    }

    static IReadOnlyList<(string Folder, string Namespace)> Namespaces(string room)
    {
        var folder = Path.Combine(Rooms.Repository, "src", room);
        var found = from file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                    let relative = Path.GetRelativePath(folder, file)
                    where !relative.StartsWith("obj/", StringComparison.Ordinal) && !relative.StartsWith("bin/", StringComparison.Ordinal)
                    let line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal))
                    where line is not null
                    select (Path.GetDirectoryName(relative)!.Replace('/', '.'), line["namespace ".Length..].TrimEnd(';'));
        return [.. found.Distinct()];
    }

    [Theory]
    [MemberData(nameof(EveryRoom))]
    public void No_two_namespaces_refer_to_each_other(string room) => Assert.Empty(NamespaceGraph.Read(Rooms.FileOf(room)).FindCycles());
}
