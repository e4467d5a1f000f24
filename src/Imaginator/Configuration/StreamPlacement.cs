namespace ImageSdk.Imaginator.Configuration;

/// <summary>Where a stream may be built: members of its configuration that a Dominator imaginator ignores.</summary>
/// <param name="Architecture">In the field's words: amd64, arm64; empty for that of the daemon.</param>
/// <param name="Labels">That a worker must have, all of them.</param>
/// <param name="MemoryMiB">What a batch system gives the build; zero for its default.</param>
sealed record StreamPlacement(string Architecture, IReadOnlyList<string> Labels, ulong MemoryMiB)
{
    /// <summary>The members that say so.</summary>
    public static readonly string[] Members = ["Architecture", "MemoryMiB", "WorkerLabels"];

    public static StreamPlacement Anywhere { get; } = new("", [], 0);

    public static StreamPlacement Read(JsonRecord record) => new(record.Text("Architecture"), record.Texts("WorkerLabels"), record.Number("MemoryMiB"));
}
