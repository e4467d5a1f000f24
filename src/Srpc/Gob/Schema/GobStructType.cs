using System.Collections;
using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>Puts the value of a field into what is being read.</summary>
public delegate void GobSetter<TDraft, in TField>(ref TDraft draft, TField value);

/// <summary>
/// A struct with its fields in order. An embedded struct is a field named after its type. Values are collected in a
/// draft, which may be the value itself.
/// </summary>
public abstract class GobStructType<T, TDraft> : GobType<T>, IEnumerable<string>
{
    readonly string name;
    readonly List<GobField<T, TDraft>> fields;

    private protected GobStructType(string name)
        : this(name, [])
    {
    }

    GobStructType(string name, List<GobField<T, TDraft>> fields)
        : base(new GobStructShape(name, fields))
    {
        (this.name, this.fields) = (name, fields);
        AheadOfTime.Reach(() =>
        {
            Compile(null!, 0);
            Write(null!, default!);
        });
    }

    /// <summary>Adds a field behind the others; meant for a collection initializer.</summary>
    public void Add<TField>(string name, GobType<TField> type, Func<T, TField> get, GobSetter<TDraft, TField> set)
    {
        var field = new GobField<T, TDraft, TField>(name, type, get, set);
        AheadOfTime.Reach(() =>
        {
            var draft = default(TDraft)!;
            var reader = default(GobReader);
            var number = 0;
            field.Compile(null!, 0, "");
            field.Write(null!, default!, 0, ref number);
            new GobSetStep<TDraft, TField>("", null!, set).Read(ref reader, ref draft);
        });
        fields.Add(field);
    }

    private protected abstract TDraft NewDraft();

    private protected abstract T Finish(TDraft draft);

    internal override bool Omits(T value) => false;

    internal sealed override void Write(GobWriter writer, T value)
    {
        if (value is null)
            throw new GobException($"struct {name} is nil where gob needs one");
        var previous = -1;
        for (var number = 0; number < fields.Count; number++)
            fields[number].Write(writer, value, number, ref previous);
        writer.WriteByte(0);
    }

    internal override void WriteJson(Utf8JsonWriter json, T value)
    {
        json.WriteStartObject();
        foreach (var field in fields)
            field.WriteJson(json, value);
        json.WriteEndObject();
    }

    internal override T ReadJson(JsonElement json)
    {
        var draft = NewDraft();
        foreach (var member in json.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null)
                fields.Find(field => string.Equals(field.Name, member.Name, StringComparison.OrdinalIgnoreCase))?.ReadJson(member.Value, ref draft);
        }
        return Finish(draft);
    }

    internal sealed override GobPlan<T> Compile(GobPlans plans, int wireId)
    {
        var sent = plans.Require<WireStruct>(wireId, $"struct {name}").Fields;
        var plan = new Plan(this, sent.Length);
        plans.Add(this, wireId, plan);
        AheadOfTime.Reach(() =>
        {
            var reader = default(GobReader);
            plan.Read(ref reader);
        });
        var matches = 0;
        for (var number = 0; number < sent.Length; number++)
        {
            var field = fields.Find(field => field.Name == sent[number].Name);
            plan.Steps[number] = field?.Compile(plans, sent[number].TypeId, name) ?? new GobSkipStep<TDraft>(sent[number].TypeId);
            matches += field is null ? 0 : 1;
        }
        // What shares no field with the type is not an old version of it but something else.
        if (matches == 0 && sent.Length > 0 && fields.Count > 0)
            throw new GobException($"type mismatch: no field of struct {name} in {plans.Types.Describe(wireId)}");
        return plan;
    }

    /// <summary>The names of the fields.</summary>
    public IEnumerator<string> GetEnumerator() => fields.Select(field => field.Name).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    sealed class Plan(GobStructType<T, TDraft> type, int fieldCount) : GobPlan<T>
    {
        public GobStep<TDraft>[] Steps { get; } = new GobStep<TDraft>[fieldCount];

        public override T Read(ref GobReader reader)
        {
            reader.Enter();
            var draft = type.NewDraft();
            for (var field = -1; GobStructFields.TryNext(ref reader, Steps.Length, ref field);)
                Steps[field].Read(ref reader, ref draft);
            reader.Leave();
            return type.Finish(draft);
        }
    }
}
