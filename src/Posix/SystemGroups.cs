using System.Runtime.InteropServices;

namespace ImageSdk.Posix;

/// <summary>The machine's groups, wherever its name service has them.</summary>
public static partial class SystemGroups
{
    static readonly Lock gate = new();

    /// <summary>Whether there is a group of that name.</summary>
    public static bool Contains(string name)
    {
        // The answer lies in memory that the next question overwrites.
        lock (gate)
            return FindByName(name) != 0;
    }

    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint FindByName(string name);
}
