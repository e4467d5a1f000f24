namespace ImageSdk.Srpc.Gob;

/// <summary>How to read values of one type as one stream defined it.</summary>
abstract class GobPlan<T>
{
    public abstract T Read(ref GobReader reader);
}

/// <summary>The plans of a stream, each made once.</summary>
sealed class GobPlans(WireTypes types)
{
    readonly Dictionary<(GobType, int), object> plans = [];

    public WireTypes Types => types;

    public GobPlan<T> Get<T>(GobType<T> type, int wireId)
    {
        if (plans.TryGetValue((type, wireId), out var known))
            return (GobPlan<T>)known;
        var plan = type.Compile(this, wireId);
        plans[(type, wireId)] = plan;
        return plan;
    }

    /// <summary>Makes a plan known before it is complete: a struct may contain itself behind a pointer.</summary>
    public void Add<T>(GobType<T> type, int wireId, GobPlan<T> plan) => plans[(type, wireId)] = plan;

    /// <exception cref="GobException">The stream's type is another.</exception>
    public void RequireBuiltin(int wireId, int expected)
    {
        if (wireId != expected)
            throw Mismatch(wireId, WireTypes.BuiltinName(expected));
    }

    public TWire Require<TWire>(int wireId, string expected) where TWire : WireType =>
        types.Find(wireId) as TWire ?? throw Mismatch(wireId, expected);

    GobException Mismatch(int wireId, string expected) => new($"type mismatch: want {expected}, got {types.Describe(wireId)}");
}
