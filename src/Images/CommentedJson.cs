using System.Text.Json;

namespace ImageSdk.Images;

/// <summary>
/// JSON as the original's files have it: lines whose first non-blank characters are "#", "//" or "!" are comments.
/// Member names match without regard to case, the last of several wins, unknown ones are passed over, null is empty.
/// </summary>
public static class CommentedJson
{
    /// <summary>Blanks the comment lines, so that line numbers stay true.</summary>
    public static string Strip(string text)
    {
        var lines = text.Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            var start = lines[index].AsSpan().TrimStart(" \t");
            if (start.StartsWith("#") || start.StartsWith("//") || start.StartsWith("!"))
                lines[index] = "";
        }
        return string.Join('\n', lines);
    }

    /// <summary>Parses a text with comment lines.</summary>
    /// <exception cref="JsonException">The text is not JSON; the exception has the line.</exception>
    public static JsonElement Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(Strip(text));
            return document.RootElement.Clone();
        }
        catch (ArgumentException exception)
        {
            // The platform's word for a text with a lone surrogate.
            throw new JsonException("not a Unicode text", exception);
        }
    }

    /// <summary>The members of an object by name.</summary>
    /// <exception cref="JsonException">The value is no object.</exception>
    public static IReadOnlyDictionary<string, JsonElement> ReadMembers(JsonElement value, string what)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new JsonException($"{what} is not an object");
        var members = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
        try
        {
            foreach (var member in value.EnumerateObject())
                members[member.Name] = member.Value;
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException($"{what} has a member name that is not a Unicode text", exception);
        }
        return members;
    }

    /// <summary>The elements of a list.</summary>
    /// <exception cref="JsonException">The value is no list.</exception>
    public static IReadOnlyList<JsonElement> ReadList(JsonElement value, string what) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().ToArray(),
        JsonValueKind.Null or JsonValueKind.Undefined => [],
        _ => throw new JsonException($"{what} is not a list"),
    };

    /// <summary>A text.</summary>
    /// <exception cref="JsonException">The value is no string, or one that is not Unicode.</exception>
    public static string ReadText(JsonElement value, string what)
    {
        try
        {
            return value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? "" : value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException($"{what} is not a string", exception);
        }
    }

    /// <summary>True or false.</summary>
    /// <exception cref="JsonException">The value is neither.</exception>
    public static bool ReadFlag(JsonElement value, string what) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null or JsonValueKind.Undefined => false,
        _ => throw new JsonException($"{what} is not true or false"),
    };
}
