using System.Net.Sockets;
using System.Security.Authentication;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc;

/// <summary>What can go wrong during a call, in the words of the original.</summary>
static class Failures
{
    /// <summary>Whether a failure comes from the connection or what was sent over it, and not from the caller.</summary>
    public static bool IsOfConnection(Exception problem) =>
        problem is IOException or SocketException or AuthenticationException or ObjectDisposedException or GobException or InvalidOperationException;

    public static SrpcException Translate(Exception problem) => problem as SrpcException ?? new SrpcException(Text(problem), problem);

    static string Text(Exception problem) => problem switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connection refused",
        SocketException { SocketErrorCode: SocketError.HostUnreachable } => "no route to host",
        SocketException { SocketErrorCode: SocketError.TryAgain } => "DNS server misbehaving",
        EndOfStreamException => "unexpected EOF",
        { InnerException: SocketException inner } => Text(inner),
        _ when IsBadCertificate(problem) => "bad certificate",
        _ => problem.Message,
    };

    static bool IsBadCertificate(Exception? problem) =>
        problem is not null &&
        (problem.Message.Contains("bad certificate", StringComparison.OrdinalIgnoreCase) || IsBadCertificate(problem.InnerException));
}
