using ImageSdk.OpenStack.Tests.Servers;

namespace ImageSdk.OpenStack.Tests.Chain;

/// <summary>Holds up what passes a relay once it is more than some bytes.</summary>
sealed class Gate : IDisposable
{
    readonly ManualResetEventSlim reached = new(), open = new();

    /// <param name="limit">Bytes that pass before.</param>
    /// <param name="holdsAll">Whether connections that come later are held up as well.</param>
    public Gate(Relay relay, long limit, bool holdsAll)
    {
        relay.Passed = passed =>
        {
            if (passed <= limit || !holdsAll && reached.IsSet)
                return;
            reached.Set();
            open.Wait();
        };
    }

    public bool IsReached => reached.IsSet;

    public void Open() => open.Set();

    public void Dispose() => Open();
}
