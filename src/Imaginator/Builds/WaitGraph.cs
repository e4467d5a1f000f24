using ImageSdk.Imaginator.Running;

namespace ImageSdk.Imaginator.Builds;

/// <summary>Which streams wait for the images of which: one that waits for itself, be it through others, would wait for ever.</summary>
sealed class WaitGraph
{
    readonly Lock turn = new();
    readonly List<(string Stream, string Source)> waits = [];

    /// <summary>Waits, until the scope ends.</summary>
    /// <exception cref="StreamCircleException">The source waits for the stream.</exception>
    public IDisposable Wait(string stream, string source)
    {
        lock (turn)
        {
            var way = new List<string>();
            if (Find(source, stream, way))
                throw new StreamCircleException([stream, .. way]);
            waits.Add((stream, source));
        }
        return new Scope(() =>
        {
            lock (turn)
                waits.Remove((stream, source));
        });
    }

    /// <summary>The way from a stream to another, along what they wait for.</summary>
    bool Find(string from, string to, List<string> way)
    {
        if (way.Contains(from))
            return false;
        way.Add(from);
        if (from == to || waits.Where(wait => wait.Stream == from).Any(wait => Find(wait.Source, to, way)))
            return true;
        way.RemoveAt(way.Count - 1);
        return false;
    }

    sealed class Scope(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

/// <summary>Streams are built on each other.</summary>
sealed class StreamCircleException(IReadOnlyList<string> way) : BuildFailedException($"streams are built on each other: {string.Join(" on ", way)}");
