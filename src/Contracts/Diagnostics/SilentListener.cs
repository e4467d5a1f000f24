namespace ImageSdk.Contracts.Diagnostics;

/// <summary>For background work.</summary>
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
