using System.Diagnostics.CodeAnalysis;

namespace ImageSdk.Srpc.Gob;

/// <summary>
/// Reads the values that one encoder wrote, and nothing beyond the last one read. Fields are matched by name: unknown
/// ones are skipped, missing ones keep their default. Not for several threads at once.
/// </summary>
/// <param name="input">Read a message at a time, its length byte by byte first, so it is better buffered.</param>
public sealed class GobDecoder(Stream input, GobLimits? limits = null) : IDisposable
{
    readonly GobInput input = new(input, limits ?? GobLimits.Default);
    bool lost;

    /// <exception cref="GobException">The stream ends, is no gob, exceeds a limit, or has a value of another type.</exception>
    public T Read<T>(GobType<T> type) =>
        TryRead(type, out var value) ? value : throw new GobException("the stream ends before the value");

    /// <summary>Reads the next value; false where the stream ends in front of it.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public bool TryRead<T>(GobType<T> type, [MaybeNullWhen(false)] out T value)
    {
        if (!TryBegin(out var reader, out var id))
        {
            value = default;
            return false;
        }
        value = input.Plans.Get(type, id).Read(ref reader);
        End(reader);
        return true;
    }

    /// <summary>
    /// As <see cref="Read"/>, but waits for the value without a thread. Only where a sender cuts a value behind a type
    /// definition inside it, as Go does, are the other pieces read on the calling thread.
    /// </summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public async ValueTask<T> ReadAsync<T>(GobType<T> type, CancellationToken cancellation = default)
    {
        await FetchAsync(cancellation);
        return Read(type);
    }

    /// <summary>Bytes that messages take here, or have taken.</summary>
    internal int BufferBytes => input.BufferBytes;

    /// <summary>Gives back memory that was taken by <see cref="GobLimits.Memory"/>. The stream stays its owner's.</summary>
    public void Dispose() => input.Dispose();

    async ValueTask FetchAsync(CancellationToken cancellation)
    {
        if (lost)
            throw new GobException("an earlier value could not be read");
        lost = true;
        try
        {
            await input.FetchAsync(cancellation);
        }
        catch (EndOfStreamException)
        {
            throw new GobException("the stream ends inside a message");
        }
        lost = false;
    }

    /// <summary>
    /// Whether the stream is between two messages, so that what follows a value that could not be read may make sense.
    /// </summary>
    internal bool AtBoundary => input.AtBoundary;

    /// <summary>Reads the next value, whatever its type; false where the stream ends in front of it.</summary>
    /// <exception cref="GobException">The stream is no gob or exceeds a limit.</exception>
    public bool TryReadAny([NotNullWhen(true)] out GobValue? value) => TryReadAny(out value, out _);

    internal bool TryReadAny([NotNullWhen(true)] out GobValue? value, out int id)
    {
        if (!TryBegin(out var reader, out id))
        {
            value = null;
            return false;
        }
        value = GobValueReader.Read(ref reader, id);
        End(reader);
        return true;
    }

    bool TryBegin(out GobReader reader, out int id)
    {
        if (lost)
            throw new GobException("an earlier value could not be read");
        id = 0;
        lost = true;
        if (!input.TryBeginValue(out var message))
        {
            lost = false;
            reader = default;
            return false;
        }
        reader = new GobReader(input, message);
        id = reader.ReadTypeId(atTop: true);
        reader.ReadSingleMark(id);
        return true;
    }

    void End(GobReader reader)
    {
        reader.ExpectEnd();
        lost = false;
    }

    /// <summary>The types that the stream has defined so far.</summary>
    internal WireTypes Types => input.Types;
}
