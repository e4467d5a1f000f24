namespace ImageSdk.TextTemplates.Data;

/// <summary>The dot that a template begins with, in bytes, sorted by name.</summary>
sealed class VariableTable
{
    readonly SortedDictionary<string, string> values = new(StringComparer.Ordinal);

    public VariableTable(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var (name, value) in variables)
            values[ByteText.FromUtf16(name)] = ByteText.FromUtf16(value);
    }

    public IReadOnlyCollection<KeyValuePair<string, string>> Values => values;

    public int Count => values.Count;

    public string? Find(string name) => values.GetValueOrDefault(name);
}
