namespace ImageSdk.Packages;

/// <summary>A paragraph of fields as Debian's control files have them (deb-control(5)); lines that go on are left out.</summary>
sealed class ControlStanza
{
    readonly Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A field's first line; empty where there is none.</summary>
    public string this[string name] => fields.GetValueOrDefault(name, "");

    public static IEnumerable<ControlStanza> ReadAll(string text) => ReadAll(text.Split('\n'));

    public static IEnumerable<ControlStanza> ReadAll(IEnumerable<string> lines)
    {
        var stanza = new ControlStanza();
        foreach (var line in lines)
        {
            if (line.Length == 0)
            {
                if (stanza.fields.Count > 0)
                    yield return stanza;
                stanza = new();
            }
            else if (line[0] is not (' ' or '\t') && line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
                stanza.fields.TryAdd(line[..colon], line[(colon + 1)..].Trim());
        }
        if (stanza.fields.Count > 0)
            yield return stanza;
    }
}
