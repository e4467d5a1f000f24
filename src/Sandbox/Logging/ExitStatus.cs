namespace ImageSdk.Sandbox.Logging;

/// <summary>Says how a command ended.</summary>
static class ExitStatus
{
    const int FirstSignal = 128;

    // signal(7), the numbers of all processors that images are built for.
    static readonly string[] signals =
    [
        "", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2",
        "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU",
        "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
    ];

    /// <summary>"exit code 1", or with the signal that a shell's code stands for: "exit code 137, killed by SIGKILL".</summary>
    public static string Describe(int exitCode) => exitCode switch
    {
        126 => "exit code 126, the command cannot be executed",
        127 => "exit code 127, a command was not found",
        > FirstSignal when exitCode - FirstSignal < signals.Length => $"exit code {exitCode}, killed by {signals[exitCode - FirstSignal]}",
        _ => $"exit code {exitCode}",
    };
}
