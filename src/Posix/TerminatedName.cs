using System.Buffers;
using System.Text;

namespace ImageSdk.Posix;

/// <summary>A NUL-terminated copy of a name for the length of a call.</summary>
readonly ref struct TerminatedName : IDisposable
{
    readonly byte[] rented;
    readonly int length;

    public TerminatedName(ReadOnlySpan<byte> name)
    {
        if (name.Contains((byte)0))
            throw new ArgumentException("A file name can't hold a NUL byte.", nameof(name));
        rented = ArrayPool<byte>.Shared.Rent(name.Length + 1);
        name.CopyTo(rented);
        rented[name.Length] = 0;
        length = name.Length + 1;
    }

    public TerminatedName(string path)
        : this(Encoding.UTF8.GetBytes(path))
    {
    }

    /// <summary>The name and the NUL behind it.</summary>
    public ReadOnlySpan<byte> Bytes => rented.AsSpan(0, length);

    public void Dispose() => ArrayPool<byte>.Shared.Return(rented);
}
