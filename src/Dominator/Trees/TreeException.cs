namespace ImageSdk.Dominator.Trees;

/// <summary>A tree is none, or cannot be had. The message is the original's where it has one.</summary>
public sealed class TreeException : Exception
{
    public TreeException(string message) : base(message)
    {
    }

    public TreeException(string message, Exception inner) : base(message, inner)
    {
    }
}
