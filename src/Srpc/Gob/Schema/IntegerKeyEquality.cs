using System.Numerics;

namespace ImageSdk.Srpc.Gob;

/// <summary>
/// Integer keys with a hash that differs from process to process. The default one is the number itself, for which a
/// sender can make any number of keys that collide.
/// </summary>
sealed class IntegerKeyEquality<T> : IEqualityComparer<T> where T : struct, IBinaryInteger<T>
{
    public static readonly IntegerKeyEquality<T> Instance = new();

    public bool Equals(T x, T y) => x == y;

    public int GetHashCode(T key)
    {
        var bits = ulong.CreateTruncating(key);
        return HashCode.Combine((uint)bits, (uint)(bits >> 32));
    }
}
