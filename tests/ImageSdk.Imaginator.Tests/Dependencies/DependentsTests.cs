using ImageSdk.Imaginator.Dependencies;

namespace ImageSdk.Imaginator.Tests.Dependencies;

public sealed class DependentsTests
{
    /// <summary>A thousand streams: each is built on one of those before it.</summary>
    static DependencyData Thousand()
    {
        var random = new Random(17);
        return new() { StreamToSource = Enumerable.Range(1, 999).ToDictionary(number => $"s/{number:000}", number => $"s/{random.Next(number):000}") };
    }

    [Fact]
    public void A_changed_stream_rebuilds_exactly_what_is_built_on_it()
    {
        var data = Thousand();
        foreach (var changed in new[] { "s/000", "s/001", "s/007", "s/100", "s/500", "s/998" })
        {
            var rounds = data.FindDependents(changed);
            var rebuilt = rounds.SelectMany(round => round).ToList();
            Assert.Equal(data.StreamToSource.Keys.Where(stream => IsBuiltOn(stream, changed)).Order(StringComparer.Ordinal), rebuilt.Order(StringComparer.Ordinal));
            // Each once, and behind its source.
            var there = new HashSet<string> { changed };
            foreach (var round in rounds)
            {
                Assert.All(round, stream => Assert.Contains(data.StreamToSource[stream], there));
                Assert.All(round, stream => Assert.True(there.Add(stream)));
            }
        }
        Assert.Equal(999, data.FindDependents("s/000").Sum(round => round.Count));

        bool IsBuiltOn(string stream, string changed) => data.StreamToSource.TryGetValue(stream, out var source) && (source == changed || IsBuiltOn(source, changed));
    }

    [Fact]
    public void Circles_and_unknown_streams_have_an_end()
    {
        var data = new DependencyData { StreamToSource = new Dictionary<string, string> { ["a"] = "b", ["b"] = "c", ["c"] = "a", ["self"] = "self" } };
        Assert.Equal([["c"], ["b"]], data.FindDependents("a"));
        Assert.Empty(data.FindDependents("self"));
        Assert.Empty(data.FindDependents("nosuch"));
    }
}
