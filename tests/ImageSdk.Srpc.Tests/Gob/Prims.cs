using System.Numerics;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Srpc.Tests.Gob;

/// <summary>A struct with a field of every kind, the one that the recorded gob-prims streams hold.</summary>
sealed class Prims
{
    public bool B { get; set; }
    public long I { get; set; }
    public long I8 { get; set; }
    public long I16 { get; set; }
    public int I32 { get; set; }
    public long I64 { get; set; }
    public ulong U { get; set; }
    public byte U8 { get; set; }
    public ulong U16 { get; set; }
    public uint U32 { get; set; }
    public ulong U64 { get; set; }
    public double F32 { get; set; }
    public double F64 { get; set; }
    public string S { get; set; } = "";
    public byte[] By { get; set; } = [];
    public byte[] A { get; set; } = new byte[4];
    public IReadOnlyList<long> AI { get; set; } = [0, 0, 0];
    public IReadOnlyList<string> Sl { get; set; } = [];
    public IReadOnlyDictionary<string, ulong>? M { get; set; }
    public long? P { get; set; }
    public Complex C { get; set; }

    public static GobType<Prims> Type { get; } = new GobStruct<Prims>("prims")
    {
        { "B", Bool, p => p.B, (ref p, v) => p.B = v },
        { "I", GobTypes.I64, p => p.I, (ref p, v) => p.I = v },
        { "I8", GobTypes.I64, p => p.I8, (ref p, v) => p.I8 = v },
        { "I16", GobTypes.I64, p => p.I16, (ref p, v) => p.I16 = v },
        { "I32", GobTypes.I32, p => p.I32, (ref p, v) => p.I32 = v },
        { "I64", GobTypes.I64, p => p.I64, (ref p, v) => p.I64 = v },
        { "U", GobTypes.U64, p => p.U, (ref p, v) => p.U = v },
        { "U8", GobTypes.U8, p => p.U8, (ref p, v) => p.U8 = v },
        { "U16", GobTypes.U64, p => p.U16, (ref p, v) => p.U16 = v },
        { "U32", GobTypes.U32, p => p.U32, (ref p, v) => p.U32 = v },
        { "U64", GobTypes.U64, p => p.U64, (ref p, v) => p.U64 = v },
        { "F32", Float, p => p.F32, (ref p, v) => p.F32 = v },
        { "F64", Float, p => p.F64, (ref p, v) => p.F64 = v },
        { "S", Text, p => p.S, (ref p, v) => p.S = v },
        { "By", Bytes, p => p.By, (ref p, v) => p.By = v },
        { "A", ByteArray<byte[]>("[4]uint8", 4, bytes => bytes.ToArray(), (in bytes) => bytes), p => p.A, (ref p, v) => p.A = v },
        { "AI", Array("[3]int", 3, GobTypes.I64), p => p.AI, (ref p, v) => p.AI = v },
        { "Sl", Slice("[]string", Text), p => p.Sl, (ref p, v) => p.Sl = v },
        { "M", Map("map[string]uint64", Text, GobTypes.U64), p => p.M, (ref p, v) => p.M = v },
        { "P", PointerToValue(GobTypes.I64), p => p.P, (ref p, v) => p.P = v },
        { "C", GobTypes.Complex, p => p.C, (ref p, v) => p.C = v },
    };
}
