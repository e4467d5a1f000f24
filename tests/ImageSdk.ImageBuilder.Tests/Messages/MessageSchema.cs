using System.Text.Json;
using System.Text.RegularExpressions;
using ImageSdk.ImageBuilder.Messages;

namespace ImageSdk.ImageBuilder.Tests.Messages;

/// <summary>The schema of messages, as far as it goes: types, required members, no others, lists of words, patterns, conditions.</summary>
static class MessageSchema
{
    static readonly JsonElement schema = JsonDocument.Parse(Read()).RootElement;

    static Stream Read() => typeof(ProgressMessage).Assembly.GetManifestResourceStream("progress-message.schema.json")!;

    public static void Check(JsonElement message) => Assert.Equal([], Faults(schema, message, "").ToList());

    public static IEnumerable<string> Faults(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("type", out var type) && KindOf(value) != type.GetString())
        {
            yield return $"{path}: {value} is no {type}";
            yield break;
        }
        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(word => word.GetString() == value.GetString()))
            yield return $"{path}: {value} is none of {words}";
        if (schema.TryGetProperty("const", out var only) && only.GetString() != value.GetString())
            yield return $"{path}: {value} is not {only}";
        if (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(value.GetString()!, pattern.GetString()!))
            yield return $"{path}: {value} does not match {pattern}";
        if (schema.TryGetProperty("required", out var required))
            foreach (var name in required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)))
                yield return $"{path}: {name} is missing";
        if (schema.TryGetProperty("properties", out var properties) && value.ValueKind == JsonValueKind.Object)
            foreach (var member in value.EnumerateObject())
                if (properties.TryGetProperty(member.Name, out var known))
                    foreach (var fault in Faults(known, member.Value, $"{path}/{member.Name}"))
                        yield return fault;
                else if (schema.TryGetProperty("additionalProperties", out _))
                    yield return $"{path}: {member.Name} is unknown";
        if (schema.TryGetProperty("items", out var items) && value.ValueKind == JsonValueKind.Array)
            foreach (var (index, entry) in value.EnumerateArray().Index())
                foreach (var fault in Faults(items, entry, $"{path}/{index}"))
                    yield return fault;
        if (schema.TryGetProperty("allOf", out var all))
            foreach (var rule in all.EnumerateArray())
                if (!rule.TryGetProperty("if", out var condition) || !Faults(condition, value, path).Any())
                    foreach (var fault in Faults(rule.GetProperty("then"), value, path))
                        yield return fault;
    }

    static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => "integer",
        JsonValueKind.String => "string",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        _ => "other",
    };
}

public class MessageSchemaTests
{
    [Theory]
    [InlineData("""{"state": "STATUS", "id": 1, "ticket_id": "", "step": "fetch", "message": "m", "time": "2026-01-31T12:00:00+00:00"}""", true)]
    [InlineData("""{"state": "COMPLETED", "id": 1, "ticket_id": "", "step": "done", "message": "m", "time": "2026-01-31T12:00:00+00:00"}""", false)]
    [InlineData("""{"state": "FAILED", "id": 1, "ticket_id": "", "step": "fetch", "message": "m", "time": "2026-01-31T12:00:00+00:00"}""", false)]
    [InlineData("""{"state": "BUSY", "id": 1, "ticket_id": "", "step": "fetch", "message": "m", "time": "2026-01-31T12:00:00+00:00"}""", false)]
    [InlineData("""{"state": "STATUS", "id": "1", "ticket_id": "", "step": "fetch", "message": "m", "time": "2026-01-31T12:00:00+00:00"}""", false)]
    public void The_schema_tells_messages_from_others(string message, bool isOne)
    {
        if (isOne)
            MessageSchema.Check(JsonDocument.Parse(message).RootElement);
        else
            Assert.Throws<Xunit.Sdk.EqualException>(() => MessageSchema.Check(JsonDocument.Parse(message).RootElement));
    }
}
