using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageSdk.ImageService.Problems;

/// <summary>Values as Python prints them: sentences of the original have them so, and scripts look for them.</summary>
static class PythonText
{
    public static string Of(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case null:
                text.Append("None");
                break;
            case JsonObject members:
                AppendAll(text, '{', members, '}', member =>
                {
                    AppendQuoted(text, member.Key);
                    text.Append(": ");
                    Append(text, member.Value);
                });
                break;
            case JsonArray items:
                AppendAll(text, '[', items, ']', item => Append(text, item));
                break;
            default:
                switch (node.GetValueKind())
                {
                    case JsonValueKind.String:
                        AppendQuoted(text, node.GetValue<string>());
                        break;
                    case JsonValueKind.True or JsonValueKind.False:
                        text.Append(node.GetValueKind() == JsonValueKind.True ? "True" : "False");
                        break;
                    default:
                        text.Append(node.ToJsonString());
                        break;
                }
                break;
        }
    }

    static void AppendAll<T>(StringBuilder text, char start, IEnumerable<T> items, char end, Action<T> append)
    {
        text.Append(start);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst)
                text.Append(", ");
            isFirst = false;
            append(item);
        }
        text.Append(end);
    }

    static void AppendQuoted(StringBuilder text, string value)
    {
        var quote = value.Contains('\'') && !value.Contains('"') ? '"' : '\'';
        text.Append(quote);
        foreach (var character in value)
            _ = character switch
            {
                '\\' => text.Append(@"\\"),
                '\n' => text.Append(@"\n"),
                '\r' => text.Append(@"\r"),
                '\t' => text.Append(@"\t"),
                _ when character == quote => text.Append('\\').Append(quote),
                < ' ' or '\x7F' => text.Append(CultureInfo.InvariantCulture, $@"\x{(int)character:x2}"),
                _ => text.Append(character),
            };
        text.Append(quote);
    }
}
