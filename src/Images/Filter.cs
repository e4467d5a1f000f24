namespace ImageSdk.Images;

/// <summary>A list of path expressions.</summary>
public sealed class Filter(IReadOnlyList<string> lines)
{
    public IReadOnlyList<string> Lines { get; } = lines;
}
