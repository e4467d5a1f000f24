namespace ImageSdk.ImageServer.Objects;

/// <summary>Objects that are kept from collection although perhaps no image refers to them. For many threads.</summary>
sealed class ObjectPins(ObjectCatalogue catalogue) : IDisposable
{
    readonly Lock gate = new();
    readonly List<int> objects = [];
    ITimer? timer;

    /// <summary>Keeps the pins for a time and then takes them away.</summary>
    public void ReleaseAfter(TimeSpan time) =>
        timer = catalogue.Time.CreateTimer(static pins => ((ObjectPins)pins!).Dispose(), this, time, Timeout.InfiniteTimeSpan);

    /// <summary>Takes the pins away, at once.</summary>
    public void Dispose()
    {
        int[] released;
        lock (gate)
        {
            released = [.. objects];
            objects.Clear();
        }
        catalogue.Unpin(released);
        timer?.Dispose();
    }

    /// <summary>Takes over a pin that the catalogue has set.</summary>
    public void Add(int index)
    {
        lock (gate)
            objects.Add(index);
    }
}
