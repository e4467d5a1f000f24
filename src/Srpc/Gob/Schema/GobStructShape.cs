namespace ImageSdk.Srpc.Gob;

/// <summary>What the definition of a struct says, whatever its values are here.</summary>
/// <param name="name">The bare Go name.</param>
/// <param name="fields">In order; more may come.</param>
sealed class GobStructShape(string name, IReadOnlyList<GobField> fields)
{
    public IEnumerable<GobType> Types => fields.Select(member => member.Type);

    public void Write(WireDefinitionWriter definition) => definition.Struct(name, [.. fields.Select(field => (field.Name, field.Type))]);
}
