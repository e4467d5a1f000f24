namespace ImageSdk.Srpc.Gob;

/// <summary>The framing of struct fields: each is announced by its distance to the one before it, zero ends them.</summary>
static class GobStructFields
{
    /// <param name="field">The number of the last field, −1 before the first.</param>
    public static bool TryNext(ref GobReader reader, int count, ref int field)
    {
        var delta = reader.ReadUInt();
        if (delta == 0)
            return false;
        if (delta > (ulong)(count - 1 - field))
            throw new GobException($"a struct of {count} fields has a value for another");
        field += (int)delta;
        return true;
    }
}
