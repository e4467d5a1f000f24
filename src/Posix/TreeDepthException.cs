namespace ImageSdk.Posix;

/// <summary>Directories lie deeper in each other than anything here walks: each level of a walk takes a descriptor and some of the stack.</summary>
public sealed class TreeDepthException(string path) : IOException($"directories are nested deeper than {Most} levels: {path[..Math.Min(path.Length, 200)]}…")
{
    public const int Most = 1000;
}
