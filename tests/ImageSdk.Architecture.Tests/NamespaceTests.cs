namespace ImageSdk.Architecture.Tests;

/// <summary>Namespaces follow folders, and no two of a room refer to each other, be it through others.</summary>
public class NamespaceTests
{
    static readonly string[] later = ["Artifacts", "Cli", "Dominator", "ImageServer", "Images", "Jobs", "Machines", "Srpc", "Tasks", "TextTemplates"];

    public static TheoryData<string> EveryRoom => [.. Rooms.All.Except(later)];


    [Theory]
    [MemberData(nameof(EveryRoom))]
    public void Namespaces_follow_folders(string room)
    {
        var folder = Path.Combine(Rooms.Repository, "src", room);
        var wrong = from file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                    let relative = Path.GetRelativePath(folder, file)
                    where !relative.StartsWith("obj", StringComparison.Ordinal) && !relative.StartsWith("bin", StringComparison.Ordinal)
                    let expected = string.Join('.', [$"ImageSdk.{room}", .. Path.GetDirectoryName(relative)!.Split('/', StringSplitOptions.RemoveEmptyEntries)])
                    let found = File.ReadLines(file).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal))
                    where found is not null && found != $"namespace {expected};"
                    select $"{relative}: {found}";
        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(EveryRoom))]
    public void No_two_namespaces_refer_to_each_other(string room) => Assert.Empty(NamespaceGraph.Read(Rooms.FileOf(room)).FindCycles());
}
