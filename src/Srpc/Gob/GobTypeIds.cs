namespace ImageSdk.Srpc.Gob;

/// <summary>
/// The ids of a sender's types, handed out as Go does: counted up from the first, a struct before its members, all
/// others after them.
/// </summary>
sealed class GobTypeIds(int firstId)
{
    readonly Dictionary<GobType, int> ids = [];
    int next = firstId;

    public int Of(GobType type)
    {
        type = type.OnWire;
        if (type.BuiltinId != 0)
            return type.BuiltinId;
        if (ids.TryGetValue(type, out var id))
            return id;
        if (type.IsStruct)
            ids[type] = id = next++;
        foreach (var member in type.Members)
            Of(member);
        if (!type.IsStruct)
            ids[type] = id = next++;
        return id;
    }

    /// <summary>Gives a type a number out of turn; the count goes on from the highest.</summary>
    public void Assign(GobType type, int id)
    {
        ids[type.OnWire] = id;
        next = Math.Max(next, id + 1);
    }
}
