namespace ImageSdk.Srpc.Gob;

/// <summary>The types that a stream has defined, by id.</summary>
sealed class WireTypes(GobLimits limits)
{
    public const int BoolId = 1;
    public const int IntId = 2;
    public const int UIntId = 3;
    public const int FloatId = 4;
    public const int BytesId = 5;
    public const int StringId = 6;
    public const int ComplexId = 7;
    public const int InterfaceId = 8;

    /// <summary>The lowest id of a type that is not gob's own.</summary>
    public const int FirstUserId = 64;

    static readonly string[] builtinNames = ["", "bool", "int", "uint", "float", "bytes", "string", "complex", "interface"];

    readonly Dictionary<int, WireType> types = [];

    public IReadOnlyDictionary<int, WireType> All => types;

    public static string BuiltinName(int id) => builtinNames[id];

    public static bool IsBuiltin(int id) => id is >= BoolId and <= InterfaceId;

    public void Define(int id, WireType type)
    {
        if (id < FirstUserId)
            throw new GobException($"a definition of type {id}, which is gob's own");
        if (types.Count >= limits.MaxDefinitions)
            throw new GobException($"more than {limits.MaxDefinitions} type definitions");
        if (!types.TryAdd(id, type))
            throw new GobException($"type {id} is defined twice");
    }

    public WireType? Find(int id) => types.GetValueOrDefault(id);

    public WireType Get(int id) => Find(id) ?? throw new GobException($"type {id} is not defined");

    public bool IsStruct(int id) => !IsBuiltin(id) && Get(id) is WireStruct;

    public string Describe(int id) => IsBuiltin(id) ? BuiltinName(id) : Find(id) switch
    {
        null => $"type {id}, which is not defined",
        WireStruct type => $"struct {type.Name}",
        WireArray type => $"array {type.Name}",
        WireSlice type => $"slice {type.Name}",
        WireMap type => $"map {type.Name}",
        var type => $"encoded {type.Name}",
    };

    /// <summary>Whether values of a type may bring type definitions along.</summary>
    public bool MayContainInterface(int id)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>([id]);
        while (open.TryPop(out var next))
        {
            if (next == InterfaceId)
                return true;
            if (!seen.Add(next))
                continue;
            switch (Find(next))
            {
                case WireArray array:
                    open.Push(array.Element);
                    break;
                case WireSlice slice:
                    open.Push(slice.Element);
                    break;
                case WireMap map:
                    open.Push(map.Key);
                    open.Push(map.Element);
                    break;
                case WireStruct structure:
                    foreach (var field in structure.Fields)
                        open.Push(field.TypeId);
                    break;
            }
        }
        return false;
    }
}
