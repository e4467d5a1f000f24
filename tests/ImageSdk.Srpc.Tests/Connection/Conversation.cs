using System.Globalization;
using System.Text.RegularExpressions;
using ImageSdk.Tests;

namespace ImageSdk.Srpc.Tests;

/// <summary>Recorded traffic of one connection; of TLS the decrypted bytes.</summary>
sealed partial record Conversation(string Name, byte[] FromClient, byte[] FromServer, IReadOnlyList<Conversation.Piece> Pieces)
{
    /// <summary>Bytes that one side sent at once.</summary>
    public sealed record Piece(bool IsFromClient, int Offset, int Length);

    static string Folder => Path.Combine(Fixtures.Root!, "srpc");

    public static IEnumerable<string> Names { get; } = Fixtures.Root is null ? [] :
        Directory.EnumerateFiles(Folder, "*.timeline.txt").Select(file => Path.GetFileName(file).Replace(".timeline.txt", "")).Order();

    public static Conversation Load(string name)
    {
        var file = Path.Combine(Folder, name);
        Piece[] pieces = [.. PiecePattern().Matches(File.ReadAllText(file + ".timeline.txt")).Select(match => new Piece(
            match.Groups[1].Value == "c2s", Number(match.Groups[2]), Number(match.Groups[3])))];
        return new(name, File.ReadAllBytes(file + ".c2s.bin"), File.ReadAllBytes(file + ".s2c.bin"), pieces);
    }

    static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(c2s|s2c) offset=(\d+) len=(\d+)")]
    private static partial Regex PiecePattern();
}
