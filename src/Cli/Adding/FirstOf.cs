using ImageSdk.Images;

namespace ImageSdk.Cli.Adding;

/// <summary>Objects from one place, and those that it lacks from another.</summary>
sealed class FirstOf(IObjectSource first, IObjectSource? second) : IObjectSource
{
    public Stream OpenRead(ObjectHash hash)
    {
        try
        {
            return first.OpenRead(hash);
        }
        catch (FileNotFoundException) when (second is not null)
        {
            return second.OpenRead(hash);
        }
    }
}
