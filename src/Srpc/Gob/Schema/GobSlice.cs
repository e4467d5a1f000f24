using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

sealed class GobSlice<T>(string name, GobType<T> element) : GobType<IReadOnlyList<T>>
{
    internal override IEnumerable<GobType> Members => [element];

    internal override bool Omits(IReadOnlyList<T> value) => value is null or { Count: 0 };

    internal override void WriteDefinition(WireDefinitionWriter definition) => definition.Slice(name, element);

    internal override void Write(GobWriter writer, IReadOnlyList<T> value) => GobElements.Write(writer, element, value ?? []);

    internal override void WriteJson(Utf8JsonWriter json, IReadOnlyList<T> value)
    {
        if (Omits(value))
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartArray();
        foreach (var item in value)
            element.WriteJson(json, item);
        json.WriteEndArray();
    }

    internal override IReadOnlyList<T> ReadJson(JsonElement json) => [.. json.EnumerateArray().Select(element.ReadJson)];

    internal override GobPlan<IReadOnlyList<T>> Compile(GobPlans plans, int wireId)
    {
        var slice = plans.Require<WireSlice>(wireId, $"slice {name}");
        return new Plan(plans.Get(element, slice.Element));
    }

    sealed class Plan(GobPlan<T> element) : GobPlan<IReadOnlyList<T>>
    {
        public override IReadOnlyList<T> Read(ref GobReader reader) =>
            GobElements.Read(ref reader, element, reader.ReadCount());
    }
}
