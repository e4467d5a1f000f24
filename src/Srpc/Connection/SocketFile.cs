using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Srpc;

/// <summary>Files on their way to a socket within the kernel, without a copy in this process.</summary>
static unsafe partial class SocketFile
{
    const int Interrupted = 4;

    // What the kernel sends at most in one call.
    const long MaxLength = 0x7FFFF000;

    /// <summary>The socket to which all goes that is written to a transport, as it is; null where there is none, as with TLS.</summary>
    public static Socket? FindSocket(Stream transport) => transport switch
    {
        NetworkStream network => network.Socket,
        PrefixedStream prefixed => FindSocket(prefixed.Inner),
        _ => null,
    };

    /// <summary>Sends as much of a part of a file as there is room for, without waiting.</summary>
    /// <returns>
    /// Bytes; fewer than asked for where the socket is full, the file ends, the file system cannot do it or the connection is
    /// lost: an ordinary write tells.
    /// </returns>
    public static long Send(Socket socket, SafeFileHandle file, long offset, long length)
    {
        var sent = 0L;
        while (sent < length)
        {
            // The kernel moves the offset on.
            var count = SendFile(socket.SafeHandle, file, ref offset, (nuint)Math.Min(length - sent, MaxLength));
            if (count > 0)
                sent += count;
            else if (count == 0 || Marshal.GetLastPInvokeError() is not Interrupted)
                break;
        }
        return sent;
    }

    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    private static partial nint SendFile(SafeHandle socket, SafeHandle file, ref long offset, nuint length);
}
