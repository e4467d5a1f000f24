using System.Text.Json;

namespace ImageSdk.Srpc.Gob;

/// <summary>
/// A type as gob sees it. Identity matters: within a stream one object is one type definition, so a type that occurs in
/// several messages is one shared object.
/// </summary>
public abstract class GobType
{
    readonly GobStructShape? shape;

    /// <param name="shape">Of a struct; here rather than in the generic types above, of which each would be compiled for itself.</param>
    private protected GobType(GobStructShape? shape) => this.shape = shape;

    /// <summary>The type that travels: pointers and conversions leave no trace on the wire.</summary>
    internal virtual GobType OnWire => this;

    /// <summary>The fixed id of a built-in type; 0 for a type that has to be defined in the stream.</summary>
    internal virtual int BuiltinId => 0;

    /// <summary>Whether values are framed as structs; all others have a marker byte before them at top level.</summary>
    internal virtual bool IsStruct => shape is not null;

    /// <summary>Types that the definition refers to, in the order of the definition.</summary>
    internal virtual IEnumerable<GobType> Members => shape?.Types ?? [];

    /// <summary>Types that values may bring along without a reference from the definition.</summary>
    internal virtual IEnumerable<GobType> Implementations => [];

    /// <summary>Writes the body of the definition. Only called where <see cref="BuiltinId"/> is 0.</summary>
    internal virtual void WriteDefinition(WireDefinitionWriter definition) =>
        (shape ?? throw new InvalidOperationException("a built-in type has no definition")).Write(definition);
}

/// <summary>A gob type whose values are <typeparamref name="T"/> here. Immutable; may be used by all threads.</summary>
public abstract class GobType<T> : GobType
{
    private protected GobType(GobStructShape? shape = null)
        : base(shape)
    {
    }

    /// <summary>Whether a struct field with this value is left out.</summary>
    internal abstract bool Omits(T value);

    internal abstract void Write(GobWriter writer, T value);

    /// <summary>Works out how to read values of a type that the stream defined.</summary>
    /// <exception cref="GobException">That type cannot be read as this one.</exception>
    internal abstract GobPlan<T> Compile(GobPlans plans, int wireId);

    /// <summary>Writes the value as Go's JSON package would.</summary>
    internal virtual void WriteJson(Utf8JsonWriter json, T value) => throw new GobException($"no JSON for {GetType().Name}");

    /// <summary>Reads a value that is not null. Exceptions are those of <see cref="JsonElement"/>, and <see cref="GobException"/>.</summary>
    internal virtual T ReadJson(JsonElement json) => throw new GobException($"no JSON for {GetType().Name}");

    /// <summary>Order of map keys when written, so that equal maps give equal bytes.</summary>
    internal virtual IComparer<T> KeyOrder => Comparer<T>.Default;

    /// <summary>Equality of map keys when read; its hash must not be predictable, as the keys are the sender's choice.</summary>
    internal virtual IEqualityComparer<T>? KeyEquality => null;

    /// <summary>The same type on the wire with other values here. Conversions report what they refuse by <see cref="GobException"/>.</summary>
    public GobType<TOther> Convert<TOther>(Func<T, TOther> read, Func<TOther, T> write) =>
        new GobConverted<T, TOther>(this, read, write);
}
