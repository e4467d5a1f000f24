using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ImageSdk.Storage;

/// <summary>What the platform's file API lacks: hard links, and making a directory's entries durable.</summary>
static partial class NativeFiles
{
    const int OpenDirectory = 0x10000; // O_DIRECTORY, O_RDONLY being 0
    const int OpenDirectoryArm = 0x4000;
    const int CloseOnExec = 0x80000;
    const int AlreadyExists = 17; // EEXIST

    /// <summary>Gives a file a second name; false if that name is taken.</summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static bool TryLink(string existing, string name)
    {
        if (Link(existing, name) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == AlreadyExists ? false : throw Failure(error, name);
    }

    /// <summary>Returns when the names in a directory will survive a power cut.</summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static void SyncDirectory(string path)
    {
        var directoryFlag = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm
            ? OpenDirectoryArm
            : OpenDirectory;
        var descriptor = Open(path, directoryFlag | CloseOnExec);
        if (descriptor < 0)
            throw Failure(Marshal.GetLastPInvokeError(), path);
        try
        {
            if (Sync(descriptor) != 0)
                throw Failure(Marshal.GetLastPInvokeError(), path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    static IOException Failure(int error, string path) => new($"{path}: {new Win32Exception(error).Message}", error);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
