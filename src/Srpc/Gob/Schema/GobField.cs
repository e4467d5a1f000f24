using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>A field of a struct, as its definition has it.</summary>
abstract class GobField(string name, GobType type)
{
    public string Name => name;

    public GobType Type => type;
}

/// <summary>A field of a struct whose values are <typeparamref name="T"/> here.</summary>
abstract class GobField<T, TDraft>(string name, GobType type) : GobField(name, type)
{
    /// <summary>Writes the field unless it is to be left out.</summary>
    /// <param name="previous">The number of the last field written.</param>
    public abstract void Write(GobWriter writer, T value, int number, ref int previous);

    public abstract void WriteJson(Utf8JsonWriter json, T value);

    public abstract void ReadJson(JsonElement json, ref TDraft draft);

    public abstract GobStep<TDraft> Compile(GobPlans plans, int wireId, string structName);
}

sealed class GobField<T, TDraft, TField>(
    string name, GobType<TField> type, Func<T, TField> get, GobSetter<TDraft, TField> set) : GobField<T, TDraft>(name, type)
{
    public override void Write(GobWriter writer, T value, int number, ref int previous)
    {
        var field = get(value);
        if (type.Omits(field))
            return;
        writer.WriteUInt((ulong)(number - previous));
        type.Write(writer, field);
        previous = number;
    }

    public override void WriteJson(Utf8JsonWriter json, T value)
    {
        json.WritePropertyName(Name);
        type.WriteJson(json, get(value));
    }

    public override void ReadJson(JsonElement json, ref TDraft draft) => set(ref draft, type.ReadJson(json));

    public override GobStep<TDraft> Compile(GobPlans plans, int wireId, string structName)
    {
        var path = structName.Length == 0 ? Name : $"{structName}.{Name}";
        try
        {
            return new GobSetStep<TDraft, TField>(path, plans.Get(type, wireId), set);
        }
        catch (GobException mismatch)
        {
            throw new GobException($"{path}: {mismatch.Message}", mismatch);
        }
    }
}

/// <summary>What to do with a field of a struct in the stream.</summary>
abstract class GobStep<TDraft>
{
    public abstract void Read(ref GobReader reader, ref TDraft draft);
}

/// <param name="path">For errors: where the value belongs.</param>
sealed class GobSetStep<TDraft, TField>(string path, GobPlan<TField> plan, GobSetter<TDraft, TField> set) : GobStep<TDraft>
{
    public override void Read(ref GobReader reader, ref TDraft draft)
    {
        try
        {
            set(ref draft, plan.Read(ref reader));
        }
        catch (GobException problem)
        {
            throw new GobException($"{path}: {problem.Message}", problem);
        }
    }
}

sealed class GobSkipStep<TDraft>(int wireId) : GobStep<TDraft>
{
    public override void Read(ref GobReader reader, ref TDraft draft) => GobSkipper.Skip(ref reader, wireId);
}
