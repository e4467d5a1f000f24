using System.Globalization;
using System.Text.Json;

namespace ImageSdk.Images.Text;

/// <summary>
/// JSON as the original's files have it: lines whose first non-blank characters are "#", "//" or "!" are comments. Every value knows its
/// place, so that what is wrong with it has one.
/// </summary>
/// <remarks>Errors are <see cref="JsonException"/> with line and column, and a message that says what was found and what was expected.</remarks>
public sealed class CommentedJson
{
    readonly object? value;
    readonly MemberFindings? findings;

    /// <param name="value">A text, digits, elements or members; null for all else.</param>
    internal CommentedJson(JsonValueKind kind, int line, int column, object? value = null, MemberFindings? findings = null)
    {
        this.findings = findings;
        Kind = kind;
        Line = line;
        Column = column;
        this.value = value;
    }

    public JsonValueKind Kind { get; }

    /// <summary>1-based.</summary>
    public int Line { get; }

    /// <summary>1-based, in characters.</summary>
    public int Column { get; }

    /// <param name="findings">
    /// Receives members that mean nothing or occur twice, of which the last counts, as in the original. Null: the latter are errors.
    /// </param>
    /// <exception cref="JsonException">The text is not JSON, or an object has a member twice.</exception>
    public static CommentedJson Parse(string text, MemberFindings? findings = null) => new CommentedJsonParser(text, findings).Parse();

    /// <summary>The members of an object by name, whose case does not count.</summary>
    /// <param name="known">Names that have a meaning here; others are ignored.</param>
    /// <param name="misnamed">Told of members whose names are near to one that is known.</param>
    /// <exception cref="JsonException">The value is no object, or two of its members differ in case only.</exception>
    public IReadOnlyDictionary<string, CommentedJson> ReadMembers(string what, IReadOnlyList<string> known, Action<MisnamedMember>? misnamed = null)
    {
        var members = new Dictionary<string, CommentedJson>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in Members(what))
        {
            if (members.TryGetValue(member.Name, out var first))
            {
                if (findings is null)
                    throw Error(member.Line, member.Column, $"\"{member.Name}\" is there twice, first in line {first.Line}. Keep one");
                findings.Repeated(new(member.Name, first.Line, member.Line, member.Column));
            }
            members[member.Name] = member.Value;
            if (findings is not null && !known.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
                findings.Unknown(new(member.Name, NearNames.Find(member.Name, known, StringComparison.OrdinalIgnoreCase), member.Line, member.Column));
            if (misnamed is not null && NearNames.Find(member.Name, known, StringComparison.OrdinalIgnoreCase) is { } nearest)
                misnamed(new(member.Name, nearest, member.Line, member.Column));
        }
        return members;
    }

    /// <summary>The members of an object whose names are the user's: their case counts. Null has none.</summary>
    /// <exception cref="JsonException">The value is neither.</exception>
    public IReadOnlyDictionary<string, T> ReadTable<T>(string what, Func<CommentedJson, string, T> read) =>
        Kind == JsonValueKind.Null ? new Dictionary<string, T>() : Members(what).ToDictionary(member => member.Name, member => read(member.Value, member.Name), StringComparer.Ordinal);

    /// <summary>The elements of a list; null has none.</summary>
    /// <exception cref="JsonException">The value is neither.</exception>
    public IReadOnlyList<CommentedJson> ReadList(string what) => value switch
    {
        IReadOnlyList<CommentedJson> elements => elements,
        _ => Kind == JsonValueKind.Null ? [] : throw Wrong(what, "a list"),
    };

    /// <summary>The texts of a list.</summary>
    /// <exception cref="JsonException">The value is no list, or something in it is no text.</exception>
    public IReadOnlyList<string> ReadTexts(string what) => [.. ReadList(what).Select(element => element.ReadText($"an element of {what}"))];

    /// <summary>A text; null is an empty one.</summary>
    /// <exception cref="JsonException">The value is neither.</exception>
    public string ReadText(string what) => value as string ?? (Kind == JsonValueKind.Null ? "" : throw Wrong(what, "a text in quotes"));

    /// <summary>A whole number that is not negative; null is 0.</summary>
    /// <exception cref="JsonException">The value is neither.</exception>
    public ulong ReadNumber(string what) => value is JsonDigits(var digits) && ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : Kind == JsonValueKind.Null ? 0UL : throw Wrong(what, "a whole number that is not negative");

    /// <summary>True or false; null is false.</summary>
    /// <exception cref="JsonException">The value is none of them.</exception>
    public bool ReadFlag(string what) => Kind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw Wrong(what, "true or false"),
    };

    IReadOnlyList<CommentedJsonMember> Members(string what) => value as IReadOnlyList<CommentedJsonMember> ?? throw Wrong(what, "an object in braces");

    JsonException Wrong(string what, string expected) => Error(Line, Column, $"{what} must be {expected}; found {Describe()}");

    string Describe() => Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    internal static JsonException Error(int line, int column, string message, Exception? inner = null) => new(message, null, line - 1, column - 1, inner);
}

/// <param name="Line">1-based, of the name.</param>
sealed record CommentedJsonMember(string Name, int Line, int Column, CommentedJson Value);

/// <summary>A member that has no meaning, but a name near to one that has.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based.</param>
public sealed record MisnamedMember(string Name, string Nearest, int Line, int Column);

/// <summary>A member that has no meaning.</summary>
/// <param name="Nearest">A name with a meaning to which it comes near; null where none is near.</param>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based.</param>
public sealed record UnknownMember(string Name, string? Nearest, int Line, int Column);

/// <summary>A member whose value takes the place of an earlier one of the same name.</summary>
/// <param name="FirstLine">Of the earlier one, 1-based.</param>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based.</param>
public sealed record RepeatedMember(string Name, int FirstLine, int Line, int Column);

/// <summary>Receives members that a reader skips.</summary>
public sealed record MemberFindings(Action<UnknownMember> Unknown, Action<RepeatedMember> Repeated);

/// <summary>A number as it is written.</summary>
sealed record JsonDigits(string Text);
