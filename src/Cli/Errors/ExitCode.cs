namespace ImageSdk.Cli.Errors;

/// <summary>What the process says to its caller; documented in docs/imagesdk.md.</summary>
static class ExitCode
{
    public const int Success = 0;

    /// <summary>The answer is no: images differ, a store has faults.</summary>
    public const int No = 1;

    /// <summary>The command could not be done.</summary>
    public const int Error = 2;

    /// <summary>As a shell says that SIGINT ended a command.</summary>
    public const int Cancelled = 130;
}
