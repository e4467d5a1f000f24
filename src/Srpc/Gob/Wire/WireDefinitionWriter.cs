namespace ImageSdk.Srpc.Gob;

/// <summary>Writes the body of a type definition.</summary>
sealed class WireDefinitionWriter(GobWriter writer, int id)
{
    public void Array(string name, GobType element, int length)
    {
        Begin(WireTypeKind.Array, name);
        Number(1, writer.Ids.Of(element));
        if (length != 0)
            Number(1, length);
        End();
    }

    public void Slice(string name, GobType element)
    {
        Begin(WireTypeKind.Slice, name);
        Number(1, writer.Ids.Of(element));
        End();
    }

    public void Map(string name, GobType key, GobType element)
    {
        Begin(WireTypeKind.Map, name);
        Number(1, writer.Ids.Of(key));
        Number(1, writer.Ids.Of(element));
        End();
    }

    public void Struct(string name, IReadOnlyList<(string Name, GobType Type)> fields)
    {
        Begin(WireTypeKind.Struct, name);
        if (fields.Count != 0)
        {
            writer.WriteByte(1);
            writer.WriteUInt((ulong)fields.Count);
            foreach (var field in fields)
                NameAndId(field.Name, writer.Ids.Of(field.Type));
        }
        End();
    }

    public void Opaque(string name, WireTypeKind form)
    {
        Begin(form, name);
        End();
    }

    void Begin(WireTypeKind kind, string name)
    {
        writer.WriteByte((byte)(kind + 1));
        writer.WriteByte(1);
        NameAndId(name, id);
    }

    void End()
    {
        writer.WriteByte(0);
        writer.WriteByte(0);
    }

    void Number(byte delta, long value)
    {
        writer.WriteByte(delta);
        writer.WriteInt(value);
    }

    void NameAndId(string name, int typeId)
    {
        if (name.Length == 0)
            writer.WriteByte(2);
        else
        {
            writer.WriteByte(1);
            GobText.Encode(writer, name);
            writer.WriteByte(1);
        }
        writer.WriteInt(typeId);
        writer.WriteByte(0);
    }
}
