using System.Text.Json;

namespace ImageSdk.Advisories.Reading;

/// <summary>
/// Reads JSON of any length value by value: the elements of an array, values one behind the other (a line each, or not), or the members of one object that is
/// too long to be a value. No more than a value is in memory, and that is limited.
/// </summary>
/// <param name="longest">Bytes of a value.</param>
sealed class JsonPieces(Stream stream, int longest = JsonPieces.Longest)
{
    /// <summary>Of all that Debian says of one source package, which is most of the kernel, a sixth of it.</summary>
    public const int Longest = 128 << 20;

    byte[] buffer = new byte[1 << 16];
    int start, end;
    bool isWhole;

    /// <summary>Takes a value.</summary>
    /// <param name="name">Of a member; null for an element or a value by itself.</param>
    public delegate void Taker(string? name, ReadOnlySpan<byte> value);

    /// <param name="isSplit">Whether an object's members are values of their own, by the first of them: its name, and how its value begins.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public void Read(Func<string, JsonTokenType, bool> isSplit, Taker take, CancellationToken cancellation)
    {
        while (end < 3 && Fill())
        {
        }
        if (Rest.StartsWith("\uFEFF"u8))
            start += 3;
        while (Peek() is { } first)
        {
            cancellation.ThrowIfCancellationRequested();
            if (first == '[')
                ReadList(take, cancellation);
            else if (first == '{' && IsSplit(isSplit))
                ReadMembers(take, cancellation);
            else
                TakeValue(null, take);
        }
    }

    ReadOnlySpan<byte> Rest => buffer.AsSpan(start, end - start);

    void ReadList(Taker take, CancellationToken cancellation)
    {
        start++;
        for (var isFirst = true; !TryTake(']'); isFirst = false)
        {
            if (!isFirst)
                Expect(',');
            cancellation.ThrowIfCancellationRequested();
            TakeValue(null, take);
        }
    }

    void ReadMembers(Taker take, CancellationToken cancellation)
    {
        start++;
        for (var isFirst = true; !TryTake('}'); isFirst = false)
        {
            if (!isFirst)
                Expect(',');
            cancellation.ThrowIfCancellationRequested();
            string? name = null;
            TakeValue(null, (_, text) =>
            {
                var reader = new Utf8JsonReader(text);
                name = reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new JsonException("a name of a member is expected");
            });
            Expect(':');
            TakeValue(name, take);
        }
    }

    void TakeValue(string? name, Taker take)
    {
        if (Peek() is null)
            throw new JsonException("it ends in the middle");
        while (true)
        {
            // Begins with the value each time: what is read twice halves with every doubling of the buffer.
            var reader = new Utf8JsonReader(Rest, isWhole, default);
            if (reader.Read() && reader.TrySkip())
            {
                var length = (int)reader.BytesConsumed;
                // Where a number ends is known by what follows.
                take(name, Rest[..length]);
                start += length;
                return;
            }
            if (!Fill())
                throw new JsonException("it ends in the middle");
        }
    }

    bool IsSplit(Func<string, JsonTokenType, bool> isSplit)
    {
        while (true)
        {
            var reader = new Utf8JsonReader(Rest, isWhole, default);
            if (reader.Read() && reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName)
                    return false;
                var name = reader.GetString()!;
                if (reader.Read())
                    return isSplit(name, reader.TokenType);
            }
            if (!Fill())
                throw new JsonException("it ends in the middle");
        }
    }

    /// <summary>The next byte that is no blank; null at the end.</summary>
    byte? Peek()
    {
        while (true)
        {
            while (start < end && buffer[start] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                start++;
            if (start < end)
                return buffer[start];
            if (!Fill())
                return null;
        }
    }

    bool TryTake(char expected)
    {
        if (Peek() is not { } next)
            throw new JsonException("it ends in the middle");
        if (next == expected)
            start++;
        return next == expected;
    }

    void Expect(char expected)
    {
        if (!TryTake(expected))
            throw new JsonException($"'{expected}' is expected, and '{(char)buffer[start]}' is there");
    }

    /// <returns>False at the end.</returns>
    bool Fill()
    {
        if (isWhole)
            return false;
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }
        if (end == buffer.Length)
        {
            if (buffer.Length >= longest)
                throw new JsonException($"a value is longer than {longest >> 20} MiB");
            Array.Resize(ref buffer, (int)Math.Min(longest, buffer.Length * 2L));
        }
        // As much as there is room for: values are tried again with each piece that comes.
        var read = stream.ReadAtLeast(buffer.AsSpan(end), buffer.Length - end, throwOnEndOfStream: false);
        isWhole = end + read < buffer.Length;
        end += read;
        return read > 0 || isWhole;
    }
}
