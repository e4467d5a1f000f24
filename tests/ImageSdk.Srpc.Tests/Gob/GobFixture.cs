using System.Text.Json;
using ImageSdk.Srpc.Gob;
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

static class GobStreams
{
    /// <summary>All values of a stream with the ids of their types, and the types.</summary>
    public static (List<(GobValue Value, int TypeId)> Values, WireTypes Types) ReadAll(byte[] stream, GobLimits? limits = null)
    {
        var decoder = new GobDecoder(new MemoryStream(stream), limits);
        var values = new List<(GobValue, int)>();
        while (decoder.TryReadAny(out var value, out var id))
            values.Add((value, id));
        return (values, decoder.Types);
    }

    public static byte[] Encode<T>(GobType<T> type, params T[] values) => EncodeFrom(GobEncoder.DefaultFirstTypeId, type, values);

    public static byte[] EncodeFrom<T>(int firstTypeId, GobType<T> type, params T[] values)
    {
        var stream = new MemoryStream();
        var encoder = new GobEncoder(stream, firstTypeId);
        foreach (var value in values)
            encoder.Write(type, value);
        return stream.ToArray();
    }

    public static T Decode<T>(GobType<T> type, byte[] stream, GobLimits? limits = null) =>
        new GobDecoder(new MemoryStream(stream), limits).Read(type);

    public static T Decode<T>(GobType<T> type, string hex) => Decode(type, Convert.FromHexString(hex.Replace(" ", "")));
}
