namespace ImageSdk.Srpc.Gob;

/// <summary>A stream under a decoder: its messages, and what it has defined so far.</summary>
sealed class GobInput : IDisposable
{
    readonly GobMessageStream messages;

    public GobInput(Stream stream, GobLimits limits)
    {
        Limits = limits;
        Types = new WireTypes(limits);
        Plans = new GobPlans(Types);
        messages = new GobMessageStream(stream, limits);
    }

    public GobLimits Limits { get; }

    public WireTypes Types { get; }

    public GobPlans Plans { get; }

    /// <summary>The first message of the next value; false where the stream ends before it.</summary>
    public bool TryBeginValue(out ReadOnlySpan<byte> message)
    {
        messages.BeginValue();
        return messages.TryRead(out message);
    }

    public int BufferBytes => messages.BufferBytes;

    public bool AtBoundary => messages.AtBoundary;

    public void Dispose() => messages.Dispose();

    public ValueTask FetchAsync(CancellationToken cancellation) => messages.FetchAsync(cancellation);

    /// <summary>A further message of the value.</summary>
    public ReadOnlySpan<byte> NextMessage(out int position)
    {
        position = 0;
        return messages.TryRead(out var message) ? message : throw new GobException("the stream ends before the value");
    }
}
