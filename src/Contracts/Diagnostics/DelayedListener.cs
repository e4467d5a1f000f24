namespace ImageSdk.Contracts.Diagnostics;

/// <summary>Keeps messages until a listener asks for them.</summary>
sealed class DelayedListener : IBuildListener
{
    readonly Lock turn = new();
    readonly List<Action<IBuildListener>> told = [];
    IBuildListener? target;

    public void Report(Diagnostic diagnostic) => Tell(listener => listener.Report(diagnostic));

    public void Progress(string message) => Tell(listener => listener.Progress(message));

    public void Output(string line) => Tell(listener => listener.Output(line));

    /// <summary>Passes all of it on, and from now on each message at once.</summary>
    public void ReleaseTo(IBuildListener listener)
    {
        lock (turn)
        {
            told.ForEach(tell => tell(listener));
            told.Clear();
            target = listener;
        }
    }

    void Tell(Action<IBuildListener> tell)
    {
        lock (turn)
            if (target is null)
                told.Add(tell);
            else
                tell(target);
    }
}
