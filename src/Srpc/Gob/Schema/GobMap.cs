using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>A map. Left out when null, sent when empty. Of equal keys in a stream the last counts, as in Go.</summary>
sealed class GobMap<TKey, TValue>(string name, GobType<TKey> key, GobType<TValue> element)
    : GobType<IReadOnlyDictionary<TKey, TValue>?> where TKey : notnull
{
    internal override IEnumerable<GobType> Members => [key, element];

    internal override bool Omits(IReadOnlyDictionary<TKey, TValue>? value) => value is null;

    internal override void WriteDefinition(WireDefinitionWriter definition) => definition.Map(name, key, element);

    internal override void Write(GobWriter writer, IReadOnlyDictionary<TKey, TValue>? value)
    {
        if (value is null)
            throw new GobException($"map {name} is nil where gob needs one");
        TKey[] keys = [.. value.Keys];
        TValue[] elements = [.. value.Values];
        if (!IsInOrder(keys))
            Array.Sort(keys, elements, key.KeyOrder);
        writer.WriteUInt((ulong)keys.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            key.Write(writer, keys[i]);
            element.Write(writer, elements[i]);
        }
    }

    bool IsInOrder(TKey[] keys)
    {
        var order = key.KeyOrder;
        for (var i = 1; i < keys.Length; i++)
            if (order.Compare(keys[i - 1], keys[i]) > 0)
                return false;
        return true;
    }

    internal override void WriteJson(Utf8JsonWriter json, IReadOnlyDictionary<TKey, TValue>? value)
    {
        if (value is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        foreach (var entry in value.OrderBy(entry => entry.Key, key.KeyOrder))
        {
            json.WritePropertyName(entry.Key.ToString()!);
            element.WriteJson(json, entry.Value);
        }
        json.WriteEndObject();
    }

    internal override IReadOnlyDictionary<TKey, TValue>? ReadJson(JsonElement json)
    {
        var map = new Dictionary<TKey, TValue>(key.KeyEquality);
        foreach (var entry in json.EnumerateObject())
            map[ReadKey(entry.Name)] = element.ReadJson(entry.Value);
        return map;
    }

    // A key is always text, also of a number.
    TKey ReadKey(string name) => key.ReadJson(key.OnWire.BuiltinId == WireTypes.StringId
        ? JsonSerializer.SerializeToElement(name)
        : JsonElement.Parse(name));

    internal override GobPlan<IReadOnlyDictionary<TKey, TValue>?> Compile(GobPlans plans, int wireId)
    {
        var map = plans.Require<WireMap>(wireId, $"map {name}");
        var plan = new Plan(plans.Get(key, map.Key), plans.Get(element, map.Element), key.KeyEquality);
        AheadOfTime.Reach(() =>
        {
            var reader = default(GobReader);
            plan.Read(ref reader);
        });
        return plan;
    }

    sealed class Plan(GobPlan<TKey> key, GobPlan<TValue> element, IEqualityComparer<TKey>? equality)
        : GobPlan<IReadOnlyDictionary<TKey, TValue>?>
    {
        public override IReadOnlyDictionary<TKey, TValue> Read(ref GobReader reader)
        {
            reader.Enter();
            var count = reader.ReadCount();
            var map = new Dictionary<TKey, TValue>(GobElements.InitialCapacity(ref reader, count), equality);
            for (var left = count; left > 0; left--)
            {
                var entryKey = key.Read(ref reader);
                map[entryKey] = element.Read(ref reader);
            }
            reader.Leave();
            return map;
        }
    }
}
