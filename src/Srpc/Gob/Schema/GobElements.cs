namespace ImageSdk.Srpc.Gob;

/// <summary>The elements of arrays and slices.</summary>
static class GobElements
{
    // The count is the sender's claim: elements may be much larger here than on the wire.
    const int MaxInitialCapacity = 1024;

    public static void Write<T>(GobWriter writer, GobType<T> element, IReadOnlyList<T> list)
    {
        writer.WriteUInt((ulong)list.Count);
        for (var i = 0; i < list.Count; i++)
            element.Write(writer, list[i]);
    }

    public static T[] Read<T>(ref GobReader reader, GobPlan<T> plan, int count)
    {
        reader.Enter();
        var elements = count == 0 ? [] : new T[Math.Min(count, MaxInitialCapacity)];
        for (var i = 0; i < count; i++)
        {
            if (i == elements.Length)
                Array.Resize(ref elements, (int)Math.Min(count, 2L * i));
            elements[i] = plan.Read(ref reader);
        }
        reader.Leave();
        return elements;
    }
}
