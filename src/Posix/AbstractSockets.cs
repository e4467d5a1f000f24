using System.Runtime.InteropServices;

namespace ImageSdk.Posix;

/// <summary>Unix sockets whose names are no files (unix(7)): every process of a network namespace may connect to them.</summary>
public static unsafe class AbstractSockets
{
    const int CreateRuleset = 444, RestrictSelf = 446; // One number on all architectures.

    static readonly Lazy<bool> canCutOff = new(() => Libc.SystemCall(CreateRuleset, 0, 0, 1, 0) >= 6);

    /// <summary>Whether the kernel has what <see cref="CutOff"/> needs: Landlock's scopes, since Linux 6.12.</summary>
    public static bool CanCutOff => canCutOff.Value;

    /// <summary>
    /// The calling thread, and all that it starts, reaches only sockets that it or those have made (landlock(7)). There is no way back:
    /// for a thread of its own.
    /// </summary>
    public static void CutOff()
    {
        var attributes = new Attributes { Scoped = 1 };
        var ruleset = (int)Libc.SystemCall(CreateRuleset, (nint)(&attributes), sizeof(Attributes), 0, 0);
        if (ruleset < 0)
            throw PosixException.Last("make", "a Landlock ruleset");
        using var owner = new Microsoft.Win32.SafeHandles.SafeFileHandle(ruleset, ownsHandle: true);
        if (Libc.SystemCall(RestrictSelf, ruleset, 0, 0, 0) != 0)
            throw PosixException.Last("apply", "a Landlock ruleset");
    }

    /// <summary>struct landlock_ruleset_attr of linux/landlock.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Attributes
    {
        public ulong FileSystem;
        public ulong Network;
        public ulong Scoped;
    }
}
