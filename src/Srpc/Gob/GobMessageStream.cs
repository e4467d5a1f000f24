namespace ImageSdk.Srpc.Gob;

/// <summary>Takes messages off a stream, and not one byte more: what follows may be no gob.</summary>
sealed class GobMessageStream(Stream input, GobLimits limits) : IDisposable
{
    const int FirstRead = 1 << 16;
    const int Growth = 8;

    // For the next piece of a message for which memory was taken.
    static readonly TimeSpan patience = TimeSpan.FromMinutes(1);

    readonly byte[] prefix = new byte[1 + sizeof(ulong)];
    readonly Queue<byte[]> fetchedDefinitions = new();
    byte[] buffer = [];
    int fetched;
    long valueBytesLeft;
    IDisposable? memory;

    /// <summary>Whether all that was taken off the stream were whole messages.</summary>
    public bool AtBoundary { get; private set; } = true;

    bool HasFetched => fetched > 0 || fetchedDefinitions.Count > 0;

    /// <summary>Bytes that messages take here, or have taken.</summary>
    internal int BufferBytes => buffer.Length;

    public void BeginValue()
    {
        if (HasFetched)
            return;
        valueBytesLeft = limits.MaxValueBytes;
        // The value before has been read.
        Dispose();
    }

    /// <summary>
    /// Waits for a value without a thread: takes the definitions before it and the message that starts it, which
    /// <see cref="TryRead"/> then hands out. Nothing is fetched where the stream ends.
    /// </summary>
    public async ValueTask FetchAsync(CancellationToken cancellation)
    {
        BeginValue();
        while (fetched == 0 && fetchedDefinitions.Count <= limits.MaxDefinitions)
        {
            if (await input.ReadAsync(prefix.AsMemory(0, 1), cancellation) == 0)
                return;
            AtBoundary = false;
            await input.ReadExactlyAsync(prefix.AsMemory(1, PrefixDigits()), cancellation);
            var length = CheckLength(Length());
            var small = limits.Memory is null ? length : Math.Min(length, GobMemory.Free);
            for (var filled = 0; filled < small;)
            {
                var target = Grow(filled, small);
                await input.ReadExactlyAsync(buffer.AsMemory(filled, target - filled), cancellation);
                filled = target;
            }
            if (small < length)
                await FillLargeAsync(small, length, cancellation);
            AtBoundary = true;
            // The lowest bit of the first integer is its sign, and the id of a definition is negative. One that is too
            // long is left to the reader to refuse.
            if (StartsDefinition(buffer.AsSpan(0, length)) && length <= limits.MaxDefinitionBytes)
                fetchedDefinitions.Enqueue(buffer.AsSpan(0, length).ToArray());
            else
                fetched = length;
        }
    }

    // By now so much has come that the rest is believed; others wait for the memory.
    async ValueTask FillLargeAsync(int filled, int length, CancellationToken cancellation)
    {
        memory = await limits.Memory!.TakeAsync(length, cancellation);
        Enlarge(filled, length);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            for (int count; filled < length; filled += count)
            {
                count = Math.Min(GobMemory.Free, length - filled);
                limit.CancelAfter(patience);
                await input.ReadExactlyAsync(buffer.AsMemory(filled, count), limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new GobException($"a message of {length} bytes does not go on for {patience}");
        }
    }

    /// <summary>Gives back the memory of the last large message, whose value is not needed any more.</summary>
    public void Dispose()
    {
        if (memory is null)
            return;
        // Before its memory is reused.
        buffer = [];
        memory.Dispose();
        memory = null;
    }

    static bool StartsDefinition(ReadOnlySpan<byte> message)
    {
        var digits = message[0] < 0x80 ? 0 : 256 - message[0];
        return digits < message.Length && (message[digits] & 1) != 0;
    }

    /// <summary>The next message, valid until the one after it; false where the stream ends.</summary>
    public bool TryRead(out ReadOnlySpan<byte> message)
    {
        if (fetchedDefinitions.TryDequeue(out var definition))
        {
            message = definition;
            return true;
        }
        var length = fetched;
        fetched = 0;
        if (length == 0)
        {
            message = default;
            if (input.Read(prefix, 0, 1) == 0)
                return false;
            AtBoundary = false;
            ReadFully(prefix.AsSpan(1, PrefixDigits()));
            length = CheckLength(Length());
            Fill(length);
            AtBoundary = true;
        }
        message = buffer.AsSpan(0, length);
        return true;
    }

    int PrefixDigits()
    {
        var digits = prefix[0] < 0x80 ? 0 : 256 - prefix[0];
        return digits <= sizeof(ulong) ? digits : throw new GobException($"byte 0x{prefix[0]:x2} starts no message");
    }

    ulong Length()
    {
        if (prefix[0] < 0x80)
            return prefix[0];
        var length = 0UL;
        foreach (var digit in prefix.AsSpan(1, PrefixDigits()))
            length = length << 8 | digit;
        return length;
    }

    int CheckLength(ulong length)
    {
        if (length == 0)
            throw new GobException("a message without content");
        if (length > (ulong)valueBytesLeft)
            throw new GobException($"a value of more than {limits.MaxValueBytes} bytes");
        valueBytesLeft -= (long)length;
        return (int)length;
    }

    // The length is only a claim: memory grows with what has really come.
    int Grow(int filled, int length)
    {
        var target = buffer.Length >= length ? length : (int)Math.Min(length, Math.Max(FirstRead, (long)Growth * filled));
        if (buffer.Length < target)
            Array.Resize(ref buffer, target);
        return target;
    }

    void Enlarge(int filled, int length)
    {
        if (buffer.Length >= length)
            return;
        var larger = GC.AllocateUninitializedArray<byte>(length);
        buffer.AsSpan(0, filled).CopyTo(larger);
        buffer = larger;
    }

    void Fill(int length)
    {
        if (limits.Memory is { } budget && length > GobMemory.Free)
        {
            Dispose();
            memory = budget.TryTake(length) ?? throw new GobException($"there is no memory for a further message of {length} bytes at the moment");
        }
        for (var filled = 0; filled < length;)
        {
            var target = Grow(filled, length);
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
