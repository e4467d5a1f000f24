namespace ImageSdk.Machines.BootTests;

/// <summary>
/// What the machine says on the channel, a line each, after the word <c>@imagesdk</c>:
/// <code>
/// ready STATE     the boot is over; what systemd calls its state, or "up"
/// done            a piece of a file was taken
/// out BASE64      a piece of a test's output, in order
/// exit CODE       the test has ended
/// </code>
/// It is told: <c>put MODE NAME</c> and lines of base64 up to a line with a dot, which it appends to that file, or <c>run SECONDS NAME</c>; names in base64.
/// </summary>
abstract record ChannelMessage
{
    public sealed record Ready(string State) : ChannelMessage;

    public sealed record Done : ChannelMessage;

    public sealed record Output(ReadOnlyMemory<byte> Bytes) : ChannelMessage;

    public sealed record Exit(int Code) : ChannelMessage;
}
