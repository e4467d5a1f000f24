namespace ImageSdk.Contracts.Diagnostics;

/// <summary>For work that nobody waits for.</summary>
public sealed class SilentListener : IBuildListener
{
    public void Report(Diagnostic diagnostic)
    {
    }

    public void Progress(string message)
    {
    }

    public void Output(string line)
    {
    }
}
