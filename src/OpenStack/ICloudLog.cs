namespace ImageSdk.OpenStack;

/// <summary>Where a client of a cloud tells what it does. Calls may come from any thread; no text has secrets in it.</summary>
public interface ICloudLog
{
    /// <summary>A line about what is tried again, and why.</summary>
    void Progress(string line);

    /// <summary>Something that a user has to know, though it goes on.</summary>
    /// <param name="code">"IMG" and four digits; listed in docs/errors.md.</param>
    void Warn(string code, string message);
}

/// <summary>For those who do not want to know.</summary>
public sealed class SilentCloudLog : ICloudLog
{
    public static SilentCloudLog Instance { get; } = new();

    public void Progress(string line)
    {
    }

    public void Warn(string code, string message)
    {
    }
}
