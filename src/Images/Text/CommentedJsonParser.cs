using System.Text;
using System.Text.Json;

namespace ImageSdk.Images.Text;

/// <summary>Reads JSON with comment lines. The platform's reader knows the grammar; places and words for what is wrong are ours.</summary>
sealed class CommentedJsonParser
{
    const int MaximumDepth = 64;

    readonly byte[] bytes;
    readonly int[] lineStarts;
    readonly MemberFindings? findings;

    /// <summary>Objects and lists that are open.</summary>
    int depth;

    /// <param name="findings">As for <see cref="CommentedJson.Parse"/>.</param>
    public CommentedJsonParser(string text, MemberFindings? findings)
    {
        this.findings = findings;
        // Comments are blanked, so that places stay true.
        bytes = Encoding.UTF8.GetBytes(Strip(text));
        lineStarts = [0, .. Enumerable.Range(0, bytes.Length).Where(index => bytes[index] == '\n').Select(index => index + 1)];
    }

    static string Strip(string text)
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

    public CommentedJson Parse()
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaximumDepth });
        var last = JsonTokenType.None;
        try
        {
            reader.Read();
            var value = ReadValue(ref reader, ref last);
            last = JsonTokenType.Null;
            reader.Read();
            return value;
        }
        catch (JsonException exception) when (exception.GetType() != typeof(JsonException)) // The reader's own; ours have their words and place.
        {
            throw Explain(exception, last);
        }
        catch (InvalidOperationException exception)
        {
            // The platform's word for an escaped half of a surrogate pair.
            var (line, column) = PlaceOf((int)reader.TokenStartIndex);
            throw CommentedJson.Error(line, column, "the text here is no Unicode text", exception);
        }
    }

    CommentedJson ReadValue(ref Utf8JsonReader reader, ref JsonTokenType last)
    {
        var (line, column) = PlaceOf((int)reader.TokenStartIndex);
        last = reader.TokenType;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new List<CommentedJsonMember>();
                var lines = new Dictionary<string, int>(StringComparer.Ordinal);
                depth++;
                while (Read(ref reader, ref last) && reader.TokenType != JsonTokenType.EndObject)
                {
                    var (memberLine, memberColumn) = PlaceOf((int)reader.TokenStartIndex);
                    var name = reader.GetString()!;
                    if (!lines.TryAdd(name, memberLine))
                    {
                        if (findings is null)
                            throw CommentedJson.Error(memberLine, memberColumn, $"\"{name}\" is there twice, first in line {lines[name]}. Keep one");
                        findings.Repeated(new(name, lines[name], memberLine, memberColumn));
                        members.RemoveAll(member => member.Name == name);
                        lines[name] = memberLine;
                    }
                    Read(ref reader, ref last);
                    members.Add(new(name, memberLine, memberColumn, ReadValue(ref reader, ref last)));
                }
                depth--;
                return new(JsonValueKind.Object, line, column, members, findings);
            case JsonTokenType.StartArray:
                var elements = new List<CommentedJson>();
                depth++;
                while (Read(ref reader, ref last) && reader.TokenType != JsonTokenType.EndArray)
                    elements.Add(ReadValue(ref reader, ref last));
                depth--;
                return new(JsonValueKind.Array, line, column, elements);
            case JsonTokenType.String:
                return new(JsonValueKind.String, line, column, reader.GetString());
            case JsonTokenType.True:
                return new(JsonValueKind.True, line, column);
            case JsonTokenType.False:
                return new(JsonValueKind.False, line, column);
            case JsonTokenType.Number:
                return new(JsonValueKind.Number, line, column, new JsonDigits(Encoding.UTF8.GetString(reader.ValueSpan)));
            default:
                return new(JsonValueKind.Null, line, column);
        }
    }

    static bool Read(ref Utf8JsonReader reader, ref JsonTokenType last)
    {
        last = reader.TokenType;
        var read = reader.Read();
        last = reader.TokenType;
        return read;
    }

    /// <param name="last">The last token that was right.</param>
    JsonException Explain(JsonException exception, JsonTokenType last)
    {
        var line = (int)Math.Min(exception.LineNumber ?? 0, lineStarts.Length - 1);
        var at = Math.Min(lineStarts[line] + (int)(exception.BytePositionInLine ?? 0), bytes.Length);
        // Where a text or a word is cut off, the reader points behind it.
        while (at < bytes.Length && bytes[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            at++;
        var (shownLine, column) = PlaceOf(at);
        return CommentedJson.Error(shownLine, column, depth >= MaximumDepth ? $"lists and objects are nested deeper than {MaximumDepth} levels" : Describe(at, last), exception);
    }

    string Describe(int at, JsonTokenType last)
    {
        var before = bytes.AsSpan(0, at).TrimEnd(" \t\r\n"u8);
        var afterComma = before.EndsWith(","u8);
        if (at >= bytes.Length)
            return before.IsEmpty ? "the file is empty; a JSON value was expected"
                : depth > 0 ? $"the file ends inside of {(depth == 1 ? "an object or a list" : $"{depth} objects or lists")}; a closing brace or bracket is missing"
                : "the file ends inside of a value";
        var found = bytes[at] is < (byte)' ' or 0x7F ? $"the character U+{bytes[at]:X4}" : $"\"{PathText.ToText(bytes.AsSpan(at, LengthAt(at)))}\"";
        if (bytes[at] is (byte)'}' or (byte)']' && afterComma)
            return $"found {found} after a comma; remove the comma, or write what follows it";
        if (bytes[at] == '\'')
            return "found \"'\"; texts stand in double quotes";
        if (bytes[at] is (byte)'/' or (byte)'#')
            return $"found {found}; a comment needs a line of its own";
        if (last != JsonTokenType.String && before.EndsWith("\""u8))
            return $"found {found}; \":\" and a value were expected after the member's name";
        return last switch
        {
            JsonTokenType.StartObject => $"found {found}; a member's name in double quotes or \"}}\" was expected",
            JsonTokenType.PropertyName => $"found {found}; \":\" and a value were expected after the member's name",
            JsonTokenType.None => $"found {found}; a JSON value was expected",
            _ when depth == 0 => $"found {found} after the end of the value; nothing may follow it",
            _ when afterComma => $"found {found}; after the comma a value, or a member's name in double quotes, was expected",
            _ => $"found {found}; \",\" or the closing brace or bracket was expected, or the value before it is not complete",
        };
    }

    int LengthAt(int at)
    {
        PathText.Decode(bytes.AsSpan(at), out var length);
        return length;
    }

    (int Line, int Column) PlaceOf(int at)
    {
        var line = Array.BinarySearch(lineStarts, at);
        line = line >= 0 ? line : ~line - 1;
        return (line + 1, Encoding.UTF8.GetCharCount(bytes.AsSpan(lineStarts[line], at - lineStarts[line])) + 1);
    }
}
