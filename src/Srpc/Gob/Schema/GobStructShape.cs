namespace ImageSdk.Srpc.Gob;

/// <summary>What the definition of a struct says, whatever its values are here.</summary>
sealed class GobStructShape(string name)
{
    public string Name => name;

    public List<GobField> Fields { get; } = [];

    public IEnumerable<GobType> Types => Fields.Select(member => member.Type);

    public void Write(WireDefinitionWriter definition) => definition.Struct(name, [.. Fields.Select(field => (field.Name, field.Type))]);
}
