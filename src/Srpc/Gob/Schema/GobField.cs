namespace ImageSdk.Srpc.Gob;

/// <summary>A field of a struct.</summary>
abstract class GobField<T, TDraft>(string name)
{
    public string Name => name;

    public abstract GobType Type { get; }

    /// <summary>Writes the field unless it is to be left out.</summary>
    /// <param name="previous">The number of the last field written.</param>
    public abstract void Write(GobWriter writer, T value, int number, ref int previous);

    public abstract GobStep<TDraft> Compile(GobPlans plans, int wireId, string structName);
}

sealed class GobField<T, TDraft, TField>(
    string name, GobType<TField> type, Func<T, TField> get, GobSetter<TDraft, TField> set) : GobField<T, TDraft>(name)
{
    public override GobType Type => type;

    public override void Write(GobWriter writer, T value, int number, ref int previous)
    {
        var field = get(value);
        if (type.Omits(field))
            return;
        writer.WriteUInt((ulong)(number - previous));
        type.Write(writer, field);
        previous = number;
    }

    public override GobStep<TDraft> Compile(GobPlans plans, int wireId, string structName)
    {
        try
        {
            return new GobSetStep<TDraft, TField>(plans.Get(type, wireId), set);
        }
        catch (GobException mismatch)
        {
            throw new GobException($"field {Name} of struct {structName}: {mismatch.Message}", mismatch);
        }
    }
}

/// <summary>What to do with a field of a struct in the stream.</summary>
abstract class GobStep<TDraft>
{
    public abstract void Read(ref GobReader reader, ref TDraft draft);
}

sealed class GobSetStep<TDraft, TField>(GobPlan<TField> plan, GobSetter<TDraft, TField> set) : GobStep<TDraft>
{
    public override void Read(ref GobReader reader, ref TDraft draft) => set(ref draft, plan.Read(ref reader));
}

sealed class GobSkipStep<TDraft>(int wireId) : GobStep<TDraft>
{
    public override void Read(ref GobReader reader, ref TDraft draft) => GobSkipper.Skip(ref reader, wireId);
}
