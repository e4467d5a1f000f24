namespace ImageSdk.Posix;

/// <summary>Parts of paths as bytes, separated by "/".</summary>
public static class BytePath
{
    /// <summary>What is before the last slash; empty where there is none, or only the first.</summary>
    public static ReadOnlySpan<byte> ParentOf(ReadOnlySpan<byte> path) => path[..Math.Max(0, path.LastIndexOf((byte)'/'))];

    /// <summary>What is behind the last slash; the whole path where there is none.</summary>
    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)'/') + 1)..];
}
