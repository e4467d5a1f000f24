namespace ImageSdk.Srpc;

/// <summary>
/// A call, or the way to it, failed. The message is the text of the server where the server sent one, unchanged, as
/// peers compare such texts; else it says what went wrong here, in the words of the original where it has some.
/// </summary>
public sealed class SrpcException : Exception
{
    /// <summary>What a server says to a caller who may not call a method.</summary>
    public const string AccessDenied = "access to method denied";

    public SrpcException(string message) : base(message)
    {
    }

    public SrpcException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>
    /// Whether the text is the server's answer, after which the connection goes on. False where there is no connection,
    /// or no longer one.
    /// </summary>
    public bool IsFromServer { get; init; }

    /// <summary>Whether the server refused because of missing permission.</summary>
    public bool IsAccessDenied => IsFromServer && Message == AccessDenied;
}
