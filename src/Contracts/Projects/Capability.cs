namespace ImageSdk.Contracts.Projects;

/// <summary>
/// What of root's powers commands keep (capabilities(7)): those that buildah leaves to the steps of a build by default, which install
/// packages, give files their owners and make device nodes. None of them mounts, loads modules, sets the clock or reaches other
/// processes' memory.
/// </summary>
public static class Capability
{
    /// <summary>All that the kernel has, in the order of their numbers (linux/capability.h).</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
        "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    /// <summary>What commands have without being given it.</summary>
    public static IReadOnlyList<string> Default { get; } =
    [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ];

    /// <summary>A name as the kernel's documentation writes it, in any case and with or without "CAP_"; null where there is none such.</summary>
    /// <returns>In capitals, without "CAP_".</returns>
    public static string? Find(string name)
    {
        var upper = name.Trim().ToUpperInvariant();
        return Known.FirstOrDefault(known => known == (upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper[4..] : upper));
    }
}
