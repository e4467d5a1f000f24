using System.Text.Json;
using ImageSdk.Tests;

namespace ImageSdk.Srpc.Tests.Gob;

/// <summary>A recorded stream and what is known to be in it.</summary>
sealed record GobFixture(string Name, byte[] Stream, JsonElement[] Values)
{
    public static IEnumerable<string> Names { get; } = Fixtures.Root is null ? [] :
        Directory.EnumerateFiles(Path.Combine(Fixtures.Root, "gob"), "*.hex").Select(file => Path.GetFileNameWithoutExtension(file)!).Order();

    public static GobFixture Load(string name)
    {
        var path = Path.Combine(Fixtures.Root!, "gob", name);
        using var json = JsonDocument.Parse(File.ReadAllBytes(path + ".json"));
        JsonElement[] values = json.RootElement.TryGetProperty("values", out var list)
            ? [.. list.EnumerateArray().Select(value => value.GetProperty("value").Clone())]
            : [];
        return new(name, Convert.FromHexString(File.ReadAllText(path + ".hex").Trim()), values);
    }
}
