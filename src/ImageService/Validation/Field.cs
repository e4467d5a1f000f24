using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageSdk.ImageService.Validation;

/// <summary>A member of a request's body, and what it may be. The messages are those that the original's clients know.</summary>
/// <param name="Name">Of the member.</param>
abstract record Field(string Name)
{
    public bool IsRequired { get; init; }

    /// <summary>Whether it may be null.</summary>
    public bool AllowsNull { get; init; }

    /// <summary>What it is where it is missing; null for nothing.</summary>
    public Func<JsonNode?>? Default { get; init; }

    /// <summary>Reads the value.</summary>
    /// <returns>What is wrong with it: a list of sentences, or those of its members; null where it is right.</returns>
    public JsonNode? Read(JsonElement value, out JsonNode? read)
    {
        read = null;
        return value.ValueKind == JsonValueKind.Null ? AllowsNull ? null : Fault("Field may not be null.") : ReadValue(value, out read);
    }

    protected abstract JsonNode? ReadValue(JsonElement value, out JsonNode? read);

    protected static JsonArray Fault(string sentence) => [sentence];
}

/// <summary>A text.</summary>
sealed record TextField(string Name) : Field(Name)
{
    /// <summary>What is said of an empty one; null where it may be empty.</summary>
    public string? WhenBlank { get; init; }

    /// <summary>The texts that are allowed, and what is said of another one before they are listed; null for any.</summary>
    public (IReadOnlyList<string> All, string Said)? Choice { get; init; }

    protected override JsonNode? ReadValue(JsonElement value, out JsonNode? read)
    {
        read = null;
        if (value.ValueKind != JsonValueKind.String)
            return Fault("Not a valid string.");
        var text = value.GetString()!;
        if (text.Length == 0 && WhenBlank is not null)
            return Fault(WhenBlank);
        if (Choice is { } choice && !choice.All.Contains(text))
            return Fault($"{choice.Said}: {string.Join(", ", choice.All)}.");
        read = text;
        return null;
    }
}

/// <summary>A text of a certain form.</summary>
/// <param name="Allows">Whether a text has it.</param>
/// <param name="Said">What is said of another one.</param>
sealed record PatternField(string Name, Func<string, bool> Allows, string Said) : Field(Name)
{
    protected override JsonNode? ReadValue(JsonElement value, out JsonNode? read)
    {
        read = null;
        if (value.ValueKind != JsonValueKind.String)
            return Fault("Not a valid string.");
        if (!Allows(value.GetString()!))
            return Fault(Said);
        read = value.GetString();
        return null;
    }
}

/// <summary>True or false, in the words in which Python's libraries take them.</summary>
sealed record SwitchField(string Name) : Field(Name)
{
    static readonly HashSet<string> yes = ["t", "T", "true", "True", "TRUE", "on", "On", "ON", "y", "Y", "yes", "Yes", "YES", "1"];
    static readonly HashSet<string> no = ["f", "F", "false", "False", "FALSE", "off", "Off", "OFF", "n", "N", "no", "No", "NO", "0"];

    protected override JsonNode? ReadValue(JsonElement value, out JsonNode? read)
    {
        bool? said = value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => yes.Contains(value.GetString()!) ? true : no.Contains(value.GetString()!) ? false : null,
            JsonValueKind.Number => value.TryGetDouble(out var number) ? number switch { 1 => true, 0 => false, _ => null } : null,
            _ => null,
        };
        read = said;
        return said is null ? Fault("Not a valid boolean.") : null;
    }
}

/// <summary>An object with members of its own.</summary>
sealed record ObjectField(string Name, Schema Members) : Field(Name)
{
    protected override JsonNode? ReadValue(JsonElement value, out JsonNode? read)
    {
        var faults = Members.Read(value, out var members);
        read = members;
        return faults;
    }
}

/// <summary>A list of objects.</summary>
sealed record ListField(string Name, Schema Members) : Field(Name)
{
    protected override JsonNode? ReadValue(JsonElement value, out JsonNode? read)
    {
        read = null;
        if (value.ValueKind != JsonValueKind.Array)
            return Fault("Not a valid list.");
        var faults = new JsonObject();
        var items = new JsonArray();
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (Members.Read(item, out var members) is { } fault)
                faults.Add($"{index}", fault);
            items.Add(members);
            index++;
        }
        read = items;
        return faults.Count > 0 ? faults : null;
    }
}

/// <summary>An object whose members are texts, of any names.</summary>
sealed record MappingField(string Name) : Field(Name)
{
    protected override JsonNode? ReadValue(JsonElement value, out JsonNode? read)
    {
        read = null;
        if (value.ValueKind != JsonValueKind.Object)
            return Fault("Not a valid mapping type.");
        var faults = new JsonObject();
        var members = new JsonObject();
        foreach (var member in value.EnumerateObject())
            if (member.Value.ValueKind == JsonValueKind.String)
                members[member.Name] = member.Value.GetString();
            else
                faults[member.Name] = new JsonObject { ["value"] = Fault(member.Value.ValueKind == JsonValueKind.Null ? "Field may not be null." : "Not a valid string.") };
        read = members;
        return faults.Count > 0 ? faults : null;
    }
}

/// <summary>A whole number, in the forms in which Python's libraries take it.</summary>
sealed record NumberField(string Name) : Field(Name)
{
    /// <summary>The least, and what is said of one that is below it.</summary>
    public (int Value, string Said)? Least { get; init; }

    protected override JsonNode? ReadValue(JsonElement value, out JsonNode? read)
    {
        read = null;
        int? number = value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetDouble(out var said) && double.Truncate(said) is >= int.MinValue and <= int.MaxValue and var whole => (int)whole,
            JsonValueKind.String when int.TryParse(value.GetString()!.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var said) => said,
            _ => null,
        };
        if (number is not { } given)
            return Fault("Not a valid integer.");
        if (Least is { } least && given < least.Value)
            return Fault(least.Said);
        read = given;
        return null;
    }
}

/// <summary>A UUID, in any of the forms in which Python takes it; read in its plain form.</summary>
sealed record IdField(string Name) : Field(Name)
{
    protected override JsonNode? ReadValue(JsonElement value, out JsonNode? read)
    {
        read = null;
        if (value.ValueKind != JsonValueKind.String)
            return Fault("Not a valid UUID.");
        var digits = value.GetString()!.Replace("urn:", "", StringComparison.Ordinal).Replace("uuid:", "", StringComparison.Ordinal).Trim('{', '}').Replace("-", "", StringComparison.Ordinal);
        if (!Guid.TryParseExact(digits, "N", out var id))
            return Fault("Not a valid UUID.");
        read = id.ToString();
        return null;
    }
}
