namespace ImageSdk.Building.Worker;

/// <summary>The end of a command's output, for the error where it fails.</summary>
sealed class LastLines
{
    public const int Kept = 20;

    readonly Queue<string> lines = new();

    public void Add(string line)
    {
        if (lines.Count == Kept)
            lines.Dequeue();
        lines.Enqueue(line);
    }

    public IReadOnlyList<string> ToList() => [.. lines];
}
