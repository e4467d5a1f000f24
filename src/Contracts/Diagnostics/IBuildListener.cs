namespace ImageSdk.Contracts.Diagnostics;

/// <summary>Where a build tells what it does. Calls may come from any thread, one at a time.</summary>
public interface IBuildListener
{
    /// <summary>A warning; errors are thrown as <see cref="BuildException"/>.</summary>
    void Report(Diagnostic diagnostic);

    /// <summary>A short line about progress: which step runs now.</summary>
    void Progress(string message);

    /// <summary>An important line, though nothing is wrong.</summary>
    void Note(string message) => Progress(message);

    /// <summary>A line of output of a command that runs in the image. Secrets are already masked.</summary>
    void Output(string line);
}
