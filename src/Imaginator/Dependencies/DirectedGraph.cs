using System.Text;

namespace ImageSdk.Imaginator.Dependencies;

/// <summary>The graph of what is built on what, for Graphviz.</summary>
static class DirectedGraph
{
    /// <param name="bootstrapStreams">Streams that are built on nothing.</param>
    /// <param name="automatic">Streams that are built by themselves.</param>
    /// <param name="excludes">Streams that are left out, with those below them and those that are built on them; none for nothing.</param>
    /// <param name="includes">Streams to which the graph is confined, with those below them, and what these are built on and what is built on them.</param>
    /// <param name="linkOf">The link of a stream in a picture; null for none.</param>
    public static string Write(
        DependencyData data, IReadOnlyCollection<string> bootstrapStreams, IReadOnlyList<string> automatic, IReadOnlyList<string> excludes, IReadOnlyList<string> includes,
        Func<string, string>? linkOf = null)
    {
        var left = FindExcluded(data.StreamToSource, bootstrapStreams, excludes, includes);
        var dot = new StringBuilder("digraph all {\n");
        var edges = data.StreamToSource.OrderBy(each => each.Key, StringComparer.Ordinal).Where(each => !left.Contains(each.Key)).ToList();
        foreach (var (stream, source) in edges)
            dot.Append($"  {Quote(stream)} -> {Quote(source)}\n");
        if (linkOf is not null)
        {
            // Many are built on few: names fit below each other, not side by side.
            dot.Append("  rankdir=LR\n");
            foreach (var stream in edges.SelectMany(edge => new[] { edge.Key, edge.Value }).Distinct().Where(stream => !data.UnbuildableSources.Contains(stream)))
                dot.Append($"  {Quote(stream)} [URL={Quote(linkOf(stream))}]\n");
        }
        Mark(data.PatternSources, "fontcolor=grey");
        Mark(data.UnbuildableSources, "fontcolor=red");
        Mark(automatic, "style=bold");
        return dot.Append("}\n").ToString();

        void Mark(IEnumerable<string> streams, string attribute)
        {
            foreach (var stream in streams.Where(stream => !left.Contains(stream)))
                dot.Append($"  {Quote(stream)} [{attribute}]\n");
        }
    }

    static string Quote(string name) => $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    static HashSet<string> FindExcluded(
        IReadOnlyDictionary<string, string> sources, IReadOnlyCollection<string> bootstrapStreams, IReadOnlyList<string> excludes, IReadOnlyList<string> includes)
    {
        var excluded = new HashSet<string>(StringComparer.Ordinal);
        if (excludes.Count == 0 && includes.Count == 0)
            return excluded;
        var all = bootstrapStreams.Concat(sources.Keys).ToHashSet(StringComparer.Ordinal);
        var dependents = sources.ToLookup(each => each.Value, each => each.Key, StringComparer.Ordinal);
        foreach (var stream in all.Where(stream => IsBelow(stream, excludes)))
            AddDependents(stream, excluded);
        if (includes.Count == 0)
            return excluded;
        var included = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stream in all.Where(stream => IsBelow(stream, includes)))
        {
            AddDependents(stream, included);
            // In a circle the way ends where it began.
            var way = new HashSet<string>(StringComparer.Ordinal);
            for (var next = stream; sources.TryGetValue(next, out var source) && way.Add(source); next = source)
                included.Add(source);
        }
        excluded.UnionWith(all.Where(stream => !included.Contains(stream)));
        return excluded;

        void AddDependents(string stream, HashSet<string> set)
        {
            if (!set.Add(stream))
                return;
            foreach (var dependent in dependents[stream])
                AddDependents(dependent, set);
        }
    }

    /// <summary>Whether a stream is one of these, or lies in one of them.</summary>
    static bool IsBelow(string stream, IReadOnlyList<string> directories) =>
        directories.Any(directory => stream == directory || stream.StartsWith(directory + "/", StringComparison.Ordinal));
}
