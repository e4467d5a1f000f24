using ImageSdk.Contracts.Projects;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Commands;

/// <summary>Gives commands some of the worker's capabilities.</summary>
static class Capabilities
{
    /// <summary>The default ones and those added, as far as the worker has them itself.</summary>
    public static IReadOnlyList<string> With(IReadOnlyList<string> added)
    {
        var own = ProcessRights.Current.Capabilities;
        var kept = Capability.Default.Concat(added).ToHashSet(StringComparer.Ordinal);
        return [.. Capability.Known.Where((name, number) => kept.Contains(name) && (own >> number & 1) != 0)];
    }

    /// <summary>Arguments of bubblewrap that take all others away.</summary>
    public static IEnumerable<string> Arguments(IReadOnlyList<string> kept) => ["--cap-drop", "ALL", .. kept.SelectMany(name => new[] { "--cap-add", $"CAP_{name}" })];
}
