namespace ImageSdk.Architecture.Tests;

/// <summary>docs/architecture.md, which says what each room is and which others it uses.</summary>
static class ArchitecturePage
{
    public static string File { get; } = Path.Combine(Rooms.Repository, "docs", "architecture.md");

    /// <summary>Rooms with those they use, as the table has them.</summary>
    // | `src/Layers` | … | `Contracts` `Trees` |
    public static Dictionary<string, string[]> ReadTable() => System.IO.File.ReadLines(File)
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Where(cells => cells is ["", ['`', 's', 'r', 'c', '/', ..], _, _, ""])
        .ToDictionary(cells => cells[1].Trim('`')["src/".Length..], cells => ReadNames(cells[3]));

    static string[] ReadNames(string cell) => cell == "–" ? [] : [.. cell.Split(' ').Select(name => name.Trim('`'))];
}
