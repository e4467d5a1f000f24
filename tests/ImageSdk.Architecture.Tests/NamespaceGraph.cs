using Mono.Cecil;

namespace ImageSdk.Architecture.Tests;

/// <summary>Which namespaces of an assembly refer to which, by all that its types mention: bases, members, attributes and code.</summary>
sealed class NamespaceGraph
{
    readonly SortedDictionary<string, SortedSet<string>> edges = new(StringComparer.Ordinal);

    public static NamespaceGraph Read(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        var graph = new NamespaceGraph();
        foreach (var type in module.GetTypes())
            foreach (var mentioned in new MentionedTypes(type).All)
                if (mentioned.Scope == module || mentioned is TypeDefinition)
                    graph.Add(NamespaceOf(type), NamespaceOf(mentioned));
        return graph;
    }

    static string NamespaceOf(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type.Namespace;
    }

    void Add(string from, string to)
    {
        if (from == to || from.Length == 0 || to.Length == 0 || !from.StartsWith("ImageSdk", StringComparison.Ordinal) || !to.StartsWith("ImageSdk", StringComparison.Ordinal))
            return;
        if (!edges.TryGetValue(from, out var targets))
            edges[from] = targets = new(StringComparer.Ordinal);
        targets.Add(to);
    }

    /// <summary>References that lead back to where they come from: "A -> B".</summary>
    public IReadOnlyList<string> FindCycles() =>
        [.. edges.SelectMany(edge => edge.Value.Where(to => Leads(to, edge.Key, [])).Select(to => $"{edge.Key} -> {to}"))];

    bool Leads(string from, string to, HashSet<string> seen) =>
        from == to || seen.Add(from) && edges.TryGetValue(from, out var targets) && targets.Any(target => Leads(target, to, seen));
}
