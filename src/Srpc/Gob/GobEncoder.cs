namespace ImageSdk.Srpc.Gob;

/// <summary>
/// Writes values to a stream. Each type is defined once, before the first value that needs it. Maps are written in the
/// order of their keys, so that equal values of one type give equal bytes. Not for several threads at once.
/// </summary>
public sealed class GobEncoder
{
    /// <summary>Go's lowest id for a type of the stream has been 65 and is 64: 65 is good for all.</summary>
    public const int DefaultFirstTypeId = 65;

    readonly Stream output;
    readonly GobTypeIds ids;
    readonly GobWriter writer;
    readonly HashSet<GobType> defined = [];

    public GobEncoder(Stream output, int firstTypeId = DefaultFirstTypeId) : this(output, new GobTypeIds(CheckFirst(firstTypeId)))
    {
    }

    internal GobEncoder(Stream output, GobTypeIds ids)
    {
        this.output = output;
        this.ids = ids;
        writer = new GobWriter(ids);
    }

    /// <summary>Writes the definitions that are still missing and the value as one message. Does not flush the stream.</summary>
    /// <exception cref="GobException">The value has a part that gob cannot carry, such as null in a list.</exception>
    public void Write<T>(GobType<T> type, T value)
    {
        Define(type);
        Format(type, value);
        output.Write(writer.Message().Span);
    }

    /// <summary>As <see cref="Write"/>; the value's message leaves without a thread waiting for it.</summary>
    /// <inheritdoc cref="Write" path="/exception"/>
    public ValueTask WriteAsync<T>(GobType<T> type, T value, CancellationToken cancellation = default)
    {
        Define(type);
        Format(type, value);
        return output.WriteAsync(writer.Message(), cancellation);
    }

    void Format<T>(GobType<T> type, T value)
    {
        writer.Clear();
        writer.WriteInt(ids.Of(type));
        if (!type.OnWire.IsStruct)
            writer.WriteByte(0);
        type.Write(writer, value);
    }

    /// <summary>
    /// Writes the definitions of a type and of all that its values may hold. Go defines the types of interface values
    /// only inside the value and cuts the message there; it reads them here just as well, and the value stays whole.
    /// </summary>
    void Define(GobType type)
    {
        var open = new Queue<GobType>([type]);
        while (open.TryDequeue(out var next))
            DefineStatic(next.OnWire, open);
    }

    // A container before its members, as Go has it.
    void DefineStatic(GobType type, Queue<GobType> open)
    {
        foreach (var implementation in type.Implementations)
            open.Enqueue(implementation);
        if (type.BuiltinId != 0 || !defined.Add(type))
            return;
        var id = ids.Of(type);
        writer.Clear();
        writer.WriteInt(-id);
        type.WriteDefinition(new WireDefinitionWriter(writer, id));
        output.Write(writer.Message().Span);
        foreach (var member in type.Members)
            DefineStatic(member.OnWire, open);
    }

    static int CheckFirst(int id)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(id, WireTypes.FirstUserId, "firstTypeId");
        return id;
    }
}
