namespace ImageSdk.Srpc.Gob;

/// <summary>A type as the stream defined it. Ids refer to the same stream; the name may be empty.</summary>
abstract record WireType(string Name);

sealed record WireArray(string Name, int Element, int Length) : WireType(Name);

sealed record WireSlice(string Name, int Element) : WireType(Name);

sealed record WireMap(string Name, int Key, int Element) : WireType(Name);

sealed record WireStruct(string Name, WireField[] Fields) : WireType(Name);

readonly record struct WireField(string Name, int TypeId);

/// <summary>A type that brings its own encoding, a byte string to gob.</summary>
/// <param name="Form">Which of Go's three interfaces made it.</param>
sealed record WireOpaque(string Name, WireTypeKind Form) : WireType(Name);

/// <summary>The members of Go's wireType struct, in the order of their field numbers. One of them is set.</summary>
enum WireTypeKind
{
    Array,
    Slice,
    Struct,
    Map,
    GobEncoder,
    BinaryMarshaler,
    TextMarshaler,
}
