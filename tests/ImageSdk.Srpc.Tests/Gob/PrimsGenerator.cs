using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc.Tests.Gob;

static class PrimsGenerator
{
    public static Prims Example { get; } = new()
    {
        B = true, I = -5, U64 = 1 << 20, F64 = 2.5, S = "text", By = [1, 2, 3], A = [0, 1, 128, 255], AI = [1, -1, 1000],
        Sl = ["a", "", "ccc"], M = new Dictionary<string, ulong> { ["k"] = 1, ["l"] = 200 }, P = 9, C = new(1, -1),
    };

    static Gen<T> Of<T>() => ArbMap.Default.GeneratorFor<T>();

    // FsCheck's integers stay small; these reach every length on the wire.
    static readonly Gen<long> wide = from value in Of<long>() from scale in Gen.Choose(0, 63) from low in Of<int>() select (value << scale) + low;

    static readonly Gen<string> text = Of<byte[]>().Select(bytes => GobText.Decode(bytes));

    static readonly Gen<IReadOnlyDictionary<string, ulong>?> map =
        from keys in text.ArrayOf()
        from value in wide
        from present in Of<bool>()
        select present ? (IReadOnlyDictionary<string, ulong>)keys.Distinct().ToDictionary(key => key, key => (ulong)(value + key.Length)) : null;

    public static Arbitrary<Prims> Arbitrary { get; } = (
        from flag in Of<bool>()
        from i in wide.ArrayOf(8)
        from u in wide.ArrayOf(5)
        from f in Of<double>().ArrayOf(4)
        from s in text
        from bytes in Of<byte[]>()
        from array in Of<byte>().ArrayOf(4)
        from list in text.ArrayOf()
        from m in map
        from pointer in Of<bool>()
        select new Prims
        {
            B = flag, I = i[0], I8 = i[1], I16 = i[2], I32 = (int)i[3], I64 = i[4],
            U = (ulong)u[0], U8 = (byte)u[1], U16 = (ulong)u[2], U32 = (uint)u[3], U64 = (ulong)u[4],
            F32 = f[0], F64 = f[1], S = s, By = bytes, A = array, AI = [i[5], i[6], i[7]], Sl = list, M = m,
            P = pointer && i[0] != 0 ? i[0] : null, C = new(f[2], f[3]),
        }).ToArbitrary();

    /// <summary>All of a value as text.</summary>
    public static string Show(Prims p) => string.Join('|',
        p.B, p.I, p.I8, p.I16, p.I32, p.I64, p.U, p.U8, p.U16, p.U32, p.U64, $"{p.F32:R}", $"{p.F64:R}", p.S, Convert.ToHexString(p.By),
        Convert.ToHexString(p.A), string.Join(',', p.AI), string.Join(';', p.Sl), p.M is null,
        string.Join(';', (p.M ?? new Dictionary<string, ulong>()).OrderBy(entry => entry.Key, StringComparer.Ordinal)), p.P, $"{p.C.Real:R}", $"{p.C.Imaginary:R}");
}
