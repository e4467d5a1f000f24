using System.Runtime.InteropServices;

namespace ImageSdk.Posix;

/// <summary>A system call failed.</summary>
public sealed class PosixException : IOException
{
    /// <summary>The errno of the call.</summary>
    public int Error { get; }

    public PosixException(string operation, string path, int error)
        // The platform's own I/O exceptions carry the error number as their result, too.
        : base($"{operation} {path}: {Marshal.GetPInvokeErrorMessage(error)}", error)
    {
        Error = error;
        Path = path;
    }

    /// <summary>What the call was about; relative to a directory that the operation names, or absolute.</summary>
    public string Path { get; }

    internal static PosixException Last(string operation, string path) => new(operation, path, Marshal.GetLastPInvokeError());

    public bool IsNotFound => Error is Errno.NoEntry or Errno.NotDirectory;
}

/// <summary>The error numbers that callers tell apart. The same on every Linux architecture that .NET runs on.</summary>
public static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int NoSuchAddress = 6;
    public const int TooBig = 7;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int InvalidArgument = 22;
    public const int NoMemory = 12;
    public const int NoSpace = 28;
    public const int NotImplemented = 38;
    public const int NotEmpty = 39;
    public const int TooManyLinks = 40;
    public const int NotSupported = 95;
    public const int QuotaExceeded = 122;
}
