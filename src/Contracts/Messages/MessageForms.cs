using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ImageSdk.Contracts.Messages;

/// <summary>How the messages of one kind are written: a byte that says which type of message it is, then what that type's form says.</summary>
/// <param name="forms">Of all types; both ends have the same.</param>
sealed class MessageForms<TMessage>(params MessageForm<TMessage>[] forms)
    where TMessage : class
{
    public void Write(BinaryWriter writer, TMessage message)
    {
        var index = Array.FindIndex(forms, form => form.Type == message.GetType());
        writer.Write(checked((byte)index));
        forms[index].Write(writer, message);
    }

    public TMessage Read(BinaryReader reader) => Read(reader, reader.ReadByte());

    /// <returns>Null where there is no further message.</returns>
    /// <exception cref="EndOfStreamException">The message is cut off.</exception>
    public TMessage? TryRead(BinaryReader reader)
    {
        var index = reader.BaseStream.ReadByte();
        return index < 0 ? null : Read(reader, index);
    }

    TMessage Read(BinaryReader reader, int index) =>
        index < forms.Length ? forms[index].Read(reader) : throw new InvalidDataException($"there is no {typeof(TMessage).Name} of type {index}");
}

/// <summary>How one type of message is written.</summary>
sealed record MessageForm<TMessage>(Type Type, Action<BinaryWriter, TMessage> Write, Func<BinaryReader, TMessage> Read)
    where TMessage : class
{
    /// <summary>Field by field: what small builds say. A serializer is longer loaded than such a build takes.</summary>
    public static MessageForm<TMessage> OfFields<T>(Action<BinaryWriter, T> write, Func<BinaryReader, T> read)
        where T : class, TMessage => new(typeof(T), (writer, message) => write(writer, (T)message), read);

    /// <summary>As JSON, for messages of many parts.</summary>
    /// <param name="type">Asked for only where such a message comes.</param>
    public static MessageForm<TMessage> OfJson<T>(Func<JsonTypeInfo<T>> type)
        where T : class, TMessage => OfFields(
            (writer, message) => writer.WriteJson(message, type()), reader => reader.ReadJson(type()));
}

/// <summary>Parts of messages.</summary>
static class MessageParts
{
    public static void WriteOptional(this BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
            writer.Write(text);
    }

    public static string? ReadOptional(this BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    public static void WritePair(this BinaryWriter writer, string first, string second)
    {
        writer.Write(first);
        writer.Write(second);
    }

    public static void WriteList<T>(this BinaryWriter writer, IReadOnlyCollection<T> items, Action<BinaryWriter, T> write)
    {
        writer.Write7BitEncodedInt(items.Count);
        foreach (var item in items)
            write(writer, item);
    }

    public static T[] ReadList<T>(this BinaryReader reader, Func<BinaryReader, T> read)
    {
        var items = new T[reader.Read7BitEncodedInt()];
        for (var i = 0; i < items.Length; i++)
            items[i] = read(reader);
        return items;
    }

    public static void WriteTexts(this BinaryWriter writer, IReadOnlyCollection<string> texts) => writer.WriteList(texts, static (writer, text) => writer.Write(text));

    public static string[] ReadTexts(this BinaryReader reader) => reader.ReadList(static reader => reader.ReadString());

    public static void WriteBytes(this BinaryWriter writer, byte[] bytes)
    {
        writer.Write7BitEncodedInt(bytes.Length);
        writer.Write(bytes);
    }

    public static byte[] ReadCountedBytes(this BinaryReader reader)
    {
        var length = reader.Read7BitEncodedInt();
        var bytes = reader.ReadBytes(length);
        return bytes.Length == length ? bytes : throw new EndOfStreamException();
    }

    public static void WriteJson<T>(this BinaryWriter writer, T value, JsonTypeInfo<T> type) => writer.WriteBytes(JsonSerializer.SerializeToUtf8Bytes(value, type));

    public static T ReadJson<T>(this BinaryReader reader, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(reader.ReadCountedBytes(), type)!;

    /// <summary>Something that mostly is not there.</summary>
    public static void WriteOptionalJson<T>(this BinaryWriter writer, T? value, Func<JsonTypeInfo<T>> type)
        where T : class
    {
        writer.Write(value is not null);
        if (value is not null)
            writer.WriteJson(value, type());
    }

    public static T? ReadOptionalJson<T>(this BinaryReader reader, Func<JsonTypeInfo<T>> type)
        where T : class => reader.ReadBoolean() ? reader.ReadJson(type()) : null;
}
