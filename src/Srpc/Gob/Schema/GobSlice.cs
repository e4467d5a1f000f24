namespace ImageSdk.Srpc.Gob;

sealed class GobSlice<T>(string name, GobType<T> element) : GobType<IReadOnlyList<T>>
{
    internal override IEnumerable<GobType> Members => [element];

    internal override bool Omits(IReadOnlyList<T> value) => value is null or { Count: 0 };

    internal override void WriteDefinition(WireDefinitionWriter definition) => definition.Slice(name, element);

    internal override void Write(GobWriter writer, IReadOnlyList<T> value) => GobElements.Write(writer, element, value ?? []);

    internal override GobPlan<IReadOnlyList<T>> Compile(GobPlans plans, int wireId)
    {
        var slice = plans.Require<WireSlice>(wireId, $"slice {name}");
        return new Plan(plans.Get(element, slice.Element), wireId);
    }

    sealed class Plan(GobPlan<T> element, int wireId) : GobPlan<IReadOnlyList<T>>
    {
        public override IReadOnlyList<T> Read(ref GobReader reader) =>
            GobElements.Read(ref reader, element, reader.ReadCount(wireId));
    }
}
