using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Cli.Unpacking;

/// <summary>Brings some objects from one place and the others from another.</summary>
/// <param name="chosen">What comes from the first.</param>
sealed class TwoFetchers(IReadOnlySet<ObjectHash> chosen, IObjectFetcher first, IObjectFetcher second) : IObjectFetcher
{
    public async Task FetchAsync(IReadOnlyList<WantedObject> objects, IObjectSink sink, CancellationToken cancellation = default)
    {
        var parts = Enumerable.Range(0, objects.Count).ToLookup(index => chosen.Contains(objects[index].Hash));
        await FetchAsync(first, [.. parts[true]]);
        await FetchAsync(second, [.. parts[false]]);

        Task FetchAsync(IObjectFetcher fetcher, int[] indexes) => indexes.Length == 0
            ? Task.CompletedTask
            : fetcher.FetchAsync([.. indexes.Select(index => objects[index])], new PartSink(sink, indexes), cancellation);
    }

    /// <summary>Knows objects by their positions among all.</summary>
    sealed class PartSink(IObjectSink sink, int[] indexes) : IObjectSink
    {
        public void Take(int index, ReadOnlySpan<byte> content) => sink.Take(indexes[index], content);

        public ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation) => sink.TakeAsync(indexes[index], content, cancellation);
    }
}
