namespace ImageSdk.Building.Worker;

/// <summary>
/// What of root's powers commands keep: those that buildah leaves to the steps of a build by default, which install packages, give
/// files their owners and make device nodes. None of them mounts, loads modules, sets the clock or reaches other processes' memory.
/// </summary>
static class Capabilities
{
    static readonly string[] Kept =
    [
        "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD", "CAP_NET_BIND_SERVICE",
        "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
    ];

    /// <summary>Arguments of bubblewrap that take all others away.</summary>
    public static IReadOnlyList<string> Arguments { get; } = ["--cap-drop", "ALL", .. Kept.SelectMany(name => new[] { "--cap-add", name })];
}
