using System.Security.Cryptography;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

/// <summary>A gob value followed by the SHA-512 of its bytes.</summary>
static class ChecksummedFile
{
    public static T Read<T>(Stream stream, GobType<T> type, string what, GobLimits? limits)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        var value = ReadValue(new HashingStream(stream, hash), type, what, limits);
        Span<byte> trailer = stackalloc byte[SHA512.HashSizeInBytes];
        var length = stream.ReadAtLeast(trailer, trailer.Length, throwOnEndOfStream: false);
        if (length == 0)
            return value;
        if (length < trailer.Length)
            throw new ImageFileException($"{what}: unexpected end after {length} of {trailer.Length} bytes of the checksum");
        Span<byte> actual = stackalloc byte[SHA512.HashSizeInBytes];
        hash.GetHashAndReset(actual);
        if (!actual.SequenceEqual(trailer))
            throw new ImageFileException($"{what}: checksum mismatch");
        return value;
    }

    public static void Write<T>(Stream stream, GobType<T> type, T value)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        new GobEncoder(new HashingStream(stream, hash)).Write(type, value);
        stream.Write(hash.GetHashAndReset());
    }

    static T ReadValue<T>(Stream stream, GobType<T> type, string what, GobLimits? limits)
    {
        try
        {
            return new GobDecoder(stream, limits).Read(type);
        }
        catch (GobException problem)
        {
            throw new ImageFileException($"{what}: {problem.Message}", problem);
        }
    }
}
