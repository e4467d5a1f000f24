using System.Globalization;
using ImageSdk.Images;

namespace ImageSdk.Artifacts;

/// <summary>Something that a project may say of a format; metadata of its item.</summary>
public sealed class ArtifactOption
{
    readonly Func<string, string?> read;

    ArtifactOption(string name, string unset, string expected, Func<string, string?> read)
    {
        Name = name;
        Unset = unset;
        Expected = expected;
        this.read = read;
    }

    /// <summary>As projects write it: "Compression".</summary>
    public string Name { get; }

    /// <summary>The value where nothing is said.</summary>
    public string Unset { get; }

    /// <summary>What is accepted, for messages: "zstd or xz".</summary>
    public string Expected { get; }

    /// <summary>The value in the one form that counts, or null where it is none.</summary>
    internal string? Read(string text) => read(text.Trim());

    /// <summary>One of some words, in any case.</summary>
    public static ArtifactOption Choice(string name, string unset, params IReadOnlyList<string> choices) => new(
        name, unset, choices.Count == 1 ? choices[0] : $"{string.Join(", ", choices.SkipLast(1))} or {choices[^1]}",
        text => choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)));

    /// <summary>true or false, in any case.</summary>
    public static ArtifactOption Flag(string name, bool unset) => Choice(name, unset ? "true" : "false", "true", "false");

    /// <summary>A whole number.</summary>
    /// <param name="unset">Empty for no value.</param>
    public static ArtifactOption Number(string name, string unset, long least, long most) => new(
        name, unset, $"a whole number from {least} to {most}",
        text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number.ToString(CultureInfo.InvariantCulture)
            : null);

    /// <summary>A size; the value is in bytes.</summary>
    /// <param name="unset">Bytes; empty for no value.</param>
    public static ArtifactOption Size(string name, string unset) => new(
        name, unset, "a size in bytes or with a unit of 1024, such as 512M or 10GiB",
        text => HumanSize.TryParse(text, out var size) ? size.ToString(CultureInfo.InvariantCulture) : null);

    /// <summary>Any text that a rule accepts.</summary>
    /// <param name="expected">The rule in words.</param>
    public static ArtifactOption Text(string name, string unset, string expected, Func<string, bool> isAccepted) =>
        new(name, unset, expected, text => isAccepted(text) ? text : null);
}
