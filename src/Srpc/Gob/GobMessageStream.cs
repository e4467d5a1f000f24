namespace ImageSdk.Srpc.Gob;

/// <summary>Takes messages off a stream, and not one byte more: what follows may be no gob.</summary>
sealed class GobMessageStream(Stream input, GobLimits limits)
{
    const int FirstRead = 1 << 16;

    readonly byte[] prefix = new byte[1 + sizeof(ulong)];
    byte[] buffer = [];
    long valueBytesLeft;

    public void BeginValue() => valueBytesLeft = limits.MaxValueBytes;

    /// <summary>The next message, valid until the one after it; false where the stream ends.</summary>
    public bool TryRead(out ReadOnlySpan<byte> message)
    {
        if (!TryReadLength(out var length))
        {
            message = default;
            return false;
        }
        if (length == 0)
            throw new GobException("a message without content");
        if (length > (ulong)valueBytesLeft)
            throw new GobException($"a value of more than {limits.MaxValueBytes} bytes");
        valueBytesLeft -= (long)length;
        Fill((int)length);
        message = buffer.AsSpan(0, (int)length);
        return true;
    }

    bool TryReadLength(out ulong length)
    {
        length = 0;
        if (input.Read(prefix, 0, 1) == 0)
            return false;
        if (prefix[0] < 0x80)
        {
            length = prefix[0];
            return true;
        }
        var digits = 256 - prefix[0];
        if (digits > sizeof(ulong))
            throw new GobException($"byte 0x{prefix[0]:x2} starts no message");
        ReadFully(prefix.AsSpan(1, digits));
        foreach (var digit in prefix.AsSpan(1, digits))
            length = length << 8 | digit;
        return true;
    }

    // The length is only a claim: memory grows with what has really come.
    void Fill(int length)
    {
        for (var filled = 0; filled < length;)
        {
            var target = buffer.Length >= length ? length : (int)Math.Min(length, Math.Max(FirstRead, 2L * filled));
            if (buffer.Length < target)
                Array.Resize(ref buffer, target);
            ReadFully(buffer.AsSpan(filled, target - filled));
            filled = target;
        }
    }

    void ReadFully(Span<byte> destination)
    {
        if (input.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
            throw new GobException("the stream ends inside a message");
    }
}
