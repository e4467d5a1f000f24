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

    /// <summary>The process that started this one; another one's id once that has ended.</summary>
    public static int ParentId => Libc.ParentId();

    /// <summary>Names the machine, as the caller's UTS namespace sees it.</summary>
    public static void SetHostName(string name)
    {
        if (Libc.SetHostName(name, (nuint)name.Length) != 0)
            throw PosixException.Last("set the host name to", name);
    }

    /// <summary>Fixes the permission bits that new files do not get.</summary>
    public static void SetUmask(uint mask) => Libc.SetUmask(mask);
}
