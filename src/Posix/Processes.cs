using System.Runtime.InteropServices;

namespace ImageSdk.Posix;

public static class Processes
{
    const int KillSignal = 9;

    /// <summary>Whether the process is root, or mapped to root of its user namespace.</summary>
    public static bool IsRoot => Libc.EffectiveUserId() == 0;

    /// <summary>The effective user.</summary>
    public static uint UserId => Libc.EffectiveUserId();

    /// <summary>Ends a process at once. Nothing happens where it is gone already.</summary>
    public static void Kill(int process) => Libc.Kill(process, KillSignal);

    /// <summary>Ends every process of the PID namespace but its first, which must be the caller.</summary>
    public static void KillAllOthers() => Libc.Kill(-1, KillSignal);

    /// <summary>
    /// Gives the calling thread, and what it starts from now on, a session keyring of its own, so that keys of whoever started the process
    /// are out of reach (keyrings(7)). Nothing happens where the kernel has no keys.
    /// </summary>
    public static void LeaveKeyring()
    {
        const int joinSessionKeyring = 1;
        if (hasLeftKeyring)
            return;
        hasLeftKeyring = true;
        _ = Libc.SystemCall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 219 : 250, joinSessionKeyring, 0, 0, 0);
    }

    [ThreadStatic]
    static bool hasLeftKeyring;

    /// <summary>Keeps what is open in this process out of those that it starts, but for standard input, output and error.</summary>
    public static void KeepDescriptors()
    {
        const int closeRange = 436; // One number on all architectures.
        const int closeOnExecute = 4;
        if (Libc.SystemCall(closeRange, 3, unchecked((nint)uint.MaxValue), closeOnExecute, 0) == 0)
            return;
        // Before Linux 5.11.
        const int setFlags = 2;
        foreach (var name in Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(Path.GetFileName))
            if (int.TryParse(name, out var descriptor) && descriptor > 2)
                _ = Libc.Control(descriptor, setFlags, 1);
    }

    /// <summary>The process that started this one; another one's id once that has ended.</summary>
    public static int ParentId => Libc.ParentId();

    /// <summary>Names the machine, as the caller's UTS namespace sees it.</summary>
    public static void SetHostName(string name)
    {
        if (Libc.SetHostName(name, (nuint)name.Length) != 0)
            throw PosixException.Last("set the host name to", name);
    }

    /// <summary>
    /// Forbids core dumps of this process and of all that it starts: they would hold what those knew, and lie in an image. Nothing happens where
    /// the kernel knows no such limit.
    /// </summary>
    public static unsafe void ForgoCoreDumps()
    {
        const int coreLimit = 4; // RLIMIT_CORE
        var none = stackalloc ulong[2]; // The soft limit and the hard one.
        none[0] = none[1] = 0;
        _ = Libc.SystemCall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 261 : 302, 0, coreLimit, (nint)none, 0); // prlimit64
    }

    /// <summary>Fixes the permission bits that new files do not get.</summary>
    public static void SetUmask(uint mask) => _ = Libc.SetUmask(mask);
}
