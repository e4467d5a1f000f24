using System.Globalization;
using System.Text.Json;

namespace ImageSdk.Artifacts;

/// <summary>The options of a format as a project has set them: every one has a value, which its option accepts.</summary>
public sealed class ArtifactSettings
{
    /// <summary>Another name for the file, for a project that has one format twice. An option of all formats.</summary>
    static readonly ArtifactOption OutputNameOption = ArtifactOption.Text(
        "OutputName", "", "a file name without folders", text => text.Length is > 0 and < 200 && text[0] != '.' && !text.AsSpan().ContainsAny('/', '\0'));

    readonly SortedDictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);

    ArtifactSettings()
    {
    }

    /// <param name="format">Name of the format, for errors.</param>
    internal static ArtifactSettings Read(string format, IReadOnlyList<ArtifactOption> ofFormat, IReadOnlyDictionary<string, string> said)
    {
        IReadOnlyList<ArtifactOption> options = [.. ofFormat, OutputNameOption];
        var settings = new ArtifactSettings();
        foreach (var option in options)
            settings.values.Add(option.Name, option.Unset);
        foreach (var (name, text) in said.Where(pair => pair.Value.Length > 0))
        {
            var option = options.FirstOrDefault(option => option.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw new ArtifactException("IMG6002",
                    $"The format {format} has no option {name}. It has: {string.Join(", ", options.Select(option => option.Name))}.");
            settings.values[option.Name] = option.Read(text)
                ?? throw new ArtifactException("IMG6002", $"{option.Name} of the format {format} is \"{text}\"; expected: {option.Expected}.");
        }
        return settings;
    }

    /// <summary>The value of an option; that which it has unset where the project says nothing.</summary>
    public string this[string option] => values[option];

    public bool Flag(string option) => bool.Parse(values[option]);

    /// <summary>The value of an option that is a number or a size; null where there is none.</summary>
    public long? Number(string option) => values[option] is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>The value of an option that is a list; null where nothing is said.</summary>
    public IReadOnlyList<string>? List(string option) =>
        values[option] is { Length: > 0 } text ? JsonSerializer.Deserialize(text, ArtifactOptionJson.Readable.StringArray) : null;

    /// <summary>The value of an option that has texts by names; empty where nothing is said.</summary>
    public IReadOnlyDictionary<string, string> Map(string option) =>
        values[option] is { Length: > 0 } text ? JsonSerializer.Deserialize(text, ArtifactOptionJson.Readable.DictionaryStringString)! : new Dictionary<string, string>();

    /// <summary>The name that the project wants for the file; null where it leaves that to the format.</summary>
    public string? OutputName => values[OutputNameOption.Name] is { Length: > 0 } said ? said : null;

    /// <summary>All options and values, in one order: what a key is made of.</summary>
    public IReadOnlyDictionary<string, string> Values => values;
}
