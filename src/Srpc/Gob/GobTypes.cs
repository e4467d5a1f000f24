using System.Numerics;

namespace ImageSdk.Srpc.Gob;

/// <summary>Makes a value of the bytes of a gob string, byte slice or byte array; must copy what it keeps.</summary>
public delegate T GobBytesReader<out T>(ReadOnlySpan<byte> bytes);

/// <summary>The bytes that a value is sent as.</summary>
public delegate ReadOnlySpan<byte> GobBytesWriter<T>(in T value);

/// <summary>
/// The types from which message schemas are made. Names of slices, maps and arrays are what Go calls the type; peers
/// ignore them. Structs are <see cref="GobStruct{T}"/> and <see cref="GobRecord{T, TDraft}"/>, interfaces
/// <see cref="GobInterface{T}"/>.
/// </summary>
public static class GobTypes
{
    public static GobType<bool> Bool { get; } = new GobBool();

    /// <summary>Any signed integer of Go; gob does not know widths.</summary>
    public static GobType<long> I64 { get; } = new GobSigned<long>();

    public static GobType<int> I32 { get; } = new GobSigned<int>();

    /// <summary>Any unsigned integer of Go. Signed and unsigned never match each other.</summary>
    public static GobType<ulong> U64 { get; } = new GobUnsigned<ulong>();

    public static GobType<uint> U32 { get; } = new GobUnsigned<uint>();

    public static GobType<byte> U8 { get; } = new GobUnsigned<byte>();

    public static GobType<double> Float { get; } = new GobFloat();

    public static GobType<Complex> Complex { get; } = new GobComplex();

    /// <summary>
    /// A string. Gob's are bytes: those that are not UTF-8 are kept as the lone surrogates U+DC80 to U+DCFF and written
    /// back as they came.
    /// </summary>
    public static GobType<string> Text { get; } = new GobText();

    public static GobType<byte[]> Bytes { get; } = new GobByteSequence<byte[]>(
        WireTypes.BytesId, bytes => bytes.ToArray(), (in bytes) => bytes);

    public static GobType<GobTime> Time { get; } = new GobTimeType();

    /// <summary>A time that may be absent, which is the zero time on the wire. Cut to whole 100 nanoseconds.</summary>
    public static GobType<DateTimeOffset?> OptionalTime { get; } =
        Time.Convert(time => time.ToDateTimeOffset(), GobTime.From);

    /// <summary>A duration, sent as a signed number of nanoseconds. Cut to whole 100 nanoseconds.</summary>
    /// <exception cref="GobException">When written: more than 292 years.</exception>
    public static GobType<TimeSpan> Duration { get; } = I64.Convert(
        nanoseconds => new TimeSpan(nanoseconds / 100),
        duration => Math.Abs((decimal)duration.Ticks) * 100 <= long.MaxValue
            ? duration.Ticks * 100
            : throw new GobException("a duration of more than 292 years"));

    /// <summary>A gob string whose values are not text here.</summary>
    public static GobType<T> String<T>(GobBytesReader<T> read, GobBytesWriter<T> write) =>
        new GobByteSequence<T>(WireTypes.StringId, read, write);

    /// <summary>A fixed array of bytes.</summary>
    public static GobType<T> ByteArray<T>(string name, int length, GobBytesReader<T> read, GobBytesWriter<T> write) =>
        new GobByteArray<T>(name, length, read, write);

    public static GobType<IReadOnlyList<T>> Array<T>(string name, int length, GobType<T> element) =>
        new GobArray<T>(name, length, element);

    /// <summary>A list. Empty and nil are the same.</summary>
    public static GobType<IReadOnlyList<T>> Slice<T>(string name, GobType<T> element) => new GobSlice<T>(name, element);

    /// <summary>A map. Null (left out) and empty (sent) are not the same.</summary>
    public static GobType<IReadOnlyDictionary<TKey, TValue>?> Map<TKey, TValue>(
        string name, GobType<TKey> key, GobType<TValue> element) where TKey : notnull
    {
        var map = new GobMap<TKey, TValue>(name, key, element);
        AheadOfTime.Reach(() =>
        {
            map.Write(null!, null);
            map.Compile(null!, 0);
        });
        return map;
    }

    /// <summary>A pointer to a struct or other object: null is left out, and an error inside lists and maps.</summary>
    public static GobType<T?> Pointer<T>(GobType<T> target) where T : class => new GobPointer<T>(target);

    /// <summary>A pointer to a value: null is left out, and so is what a field of the target's type would leave out.</summary>
    public static GobType<T?> PointerToValue<T>(GobType<T> target) where T : struct => new GobValuePointer<T>(target, sendZero: false);

    /// <summary>
    /// A field that is left out for null only. Go never sends a zero so, but reads it: this tells zero from absent among
    /// our own peers.
    /// </summary>
    public static GobType<T?> Optional<T>(GobType<T> target) where T : struct => new GobValuePointer<T>(target, sendZero: true);
}
