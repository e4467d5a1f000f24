using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc.Tests.Gob;

/// <summary>Streams in memory.</summary>
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
