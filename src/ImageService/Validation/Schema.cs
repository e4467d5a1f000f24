using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageSdk.ImageService.Validation;

/// <summary>The members that an object may have. Others are refused.</summary>
sealed class Schema(params IReadOnlyList<Field> fields)
{
    public IReadOnlyList<Field> Fields => fields;

    /// <summary>Reads an object.</summary>
    /// <param name="read">Its members in their order, then those that are missing and have a default.</param>
    /// <returns>What is wrong, by member; null where all is right.</returns>
    public JsonObject? Read(JsonElement value, out JsonObject? read)
    {
        read = null;
        if (value.ValueKind != JsonValueKind.Object)
            return new JsonObject { ["_schema"] = new JsonArray("Invalid input type.") };
        var faults = new JsonObject();
        var members = new JsonObject();
        foreach (var given in value.EnumerateObject())
        {
            faults.Remove(given.Name);
            if (fields.FirstOrDefault(field => field.Name == given.Name) is not { } field)
                faults[given.Name] = new JsonArray("Unknown field.");
            else if (field.Read(given.Value, out var member) is { } fault)
                faults[given.Name] = fault;
            else
                members[given.Name] = member;
        }
        foreach (var field in fields)
            if (!value.TryGetProperty(field.Name, out _))
            {
                if (field.IsRequired)
                    faults[field.Name] = new JsonArray("Missing data for required field.");
                else if (field.Default is { } @default)
                    members[field.Name] = @default();
            }
        read = members;
        return faults.Count > 0 ? faults : null;
    }
}
