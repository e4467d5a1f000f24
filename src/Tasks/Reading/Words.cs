using System.Globalization;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Tasks.Reading;

/// <summary>Property and metadata text as values; what is no such value is an IMG1906 that names the choices.</summary>
static class Words
{
    /// <summary>One of an enumeration's names, in any case.</summary>
    public static T Choice<T>(string text, string name, string file) where T : struct, Enum =>
        Enum.GetNames<T>().FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } found
            ? Enum.Parse<T>(found)
            : throw Wrong(name, text, string.Join(", ", Enum.GetNames<T>()), file);

    /// <summary>true or false, in any case; the default where nothing is said.</summary>
    public static bool Flag(string text, string name, string file, bool unset = false) =>
        text.Trim() is { Length: > 0 } said
            ? bool.TryParse(said, out var flag) ? flag : throw Wrong(name, text, "true or false", file)
            : unset;

    /// <summary>
    /// Whether a list of this project adds to the source image's (Add) or takes its place (Replace); null where nothing is
    /// said.
    /// </summary>
    public static bool? Adds(string text, string name, string file) => text.Trim() switch
    {
        "" => null,
        var said when said.Equals("Add", StringComparison.OrdinalIgnoreCase) => true,
        var said when said.Equals("Replace", StringComparison.OrdinalIgnoreCase) => false,
        _ => throw Wrong(name, text, "Add or Replace", file),
    };

    /// <summary>Capabilities that commands do not have by default, separated by semicolons, commas or blanks; in order, each once.</summary>
    public static IReadOnlyList<string> Capabilities(string text, string name, string file) =>
    [
        .. text.Split([';', ',', ' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => Capability.Find(word) ?? throw Wrong(name, word, "names of capabilities, such as SYS_PTRACE", file))
            .Where(capability => !Capability.Default.Contains(capability)).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>How many of something there may be.</summary>
    public static int Count(string text, string name, string file) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : throw Wrong(name, text, "a whole number; 0 for no limit", file);

    /// <summary>Port numbers, separated by semicolons, commas or blanks; in order, each once.</summary>
    public static IEnumerable<int> Ports(string text, string name, string file) => text.Split([';', ',', ' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
        .Select(word => ushort.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? (int)port : throw Wrong(name, word, "numbers of ports, 1 to 65535", file))
        .Distinct().Order();

    /// <summary>Lines without the blanks around them; empty ones left out.</summary>
    public static IReadOnlyList<string> Lines(string text) =>
        text.Split(['\n', '\r'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Seconds since 1970 that a calendar can show.</summary>
    public static long Time(string text, string name, string file) =>
        long.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? seconds
            : throw Wrong(name, text, "seconds since 1970, a whole number", file);

    public static BuildException Wrong(string name, string found, string expected, string file) =>
        new("IMG1906", $"{name} is '{found}'; expected: {expected}.", file);
}
