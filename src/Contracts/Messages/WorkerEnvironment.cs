namespace ImageSdk.Contracts.Messages;

/// <summary>What a worker reads from its environment, apart from its requests.</summary>
static class WorkerEnvironment
{
    const string RootlessVariable = "IMAGESDK_ROOTLESS";

    /// <summary>Whether this worker serves an ordinary user, in a user namespace.</summary>
    public static bool IsRootless { get; } = Environment.GetEnvironmentVariable(RootlessVariable) == "1";

    /// <summary>The variable for a worker that is about to start.</summary>
    public static KeyValuePair<string, string> Rootless(bool isRootless) => new(RootlessVariable, isRootless ? "1" : "0");
}
