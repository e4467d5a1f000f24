namespace ImageSdk.Srpc.Gob;

/// <summary>
/// Bytes that are not gob, do not have the expected type or exceed a limit; or a value that gob cannot carry. A decoder
/// that threw it has lost its place in the stream and cannot go on; an encoder has written nothing of the value.
/// </summary>
public sealed class GobException : Exception
{
    public GobException(string message) : base(message)
    {
    }

    public GobException(string message, Exception inner) : base(message, inner)
    {
    }
}
