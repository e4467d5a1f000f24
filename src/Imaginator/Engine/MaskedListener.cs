using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Imaginator.Engine;

/// <summary>Takes secrets out of what a build tells.</summary>
sealed class MaskedListener(IBuildListener target, SecretMask mask) : IBuildListener
{
    public string Mask(string text) => mask.Apply(text);

    public void Report(Diagnostic diagnostic) => target.Report(diagnostic with { Message = mask.Apply(diagnostic.Message) });

    public void Progress(string message) => target.Progress(mask.Apply(message));

    public void Note(string message) => target.Note(mask.Apply(message));

    public void Output(string line) => target.Output(mask.Apply(line));
}
