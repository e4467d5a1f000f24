namespace ImageSdk.Srpc.Gob;

/// <summary>A fixed array; always sent.</summary>
sealed class GobArray<T>(string name, int length, GobType<T> element) : GobType<IReadOnlyList<T>>
{
    internal override IEnumerable<GobType> Members => [element];

    internal override bool Omits(IReadOnlyList<T> value) => false;

    internal override void WriteDefinition(WireDefinitionWriter definition) => definition.Array(name, element, length);

    internal override void Write(GobWriter writer, IReadOnlyList<T> value)
    {
        if (value.Count != length)
            throw new GobException($"array {name} of {length} elements has {value.Count}");
        GobElements.Write(writer, element, value);
    }

    internal override GobPlan<IReadOnlyList<T>> Compile(GobPlans plans, int wireId)
    {
        var array = plans.Require<WireArray>(wireId, $"array {name}");
        if (array.Length != length)
            throw new GobException($"type mismatch: array {name} has {length} elements, not {array.Length}");
        return new Plan(plans.Get(element, array.Element), length);
    }

    sealed class Plan(GobPlan<T> element, int length) : GobPlan<IReadOnlyList<T>>
    {
        public override IReadOnlyList<T> Read(ref GobReader reader) => reader.ReadUInt() == (ulong)length
            ? GobElements.Read(ref reader, element, length)
            : throw new GobException($"an array of {length} elements has another number of them");
    }
}
