using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ImageSdk.Srpc.Gob;

/// <summary>
/// Strings. A byte that is not UTF-8 becomes the lone surrogate U+DC00 + byte, which no UTF-8 decodes to, so that any
/// bytes survive the way through a string.
/// </summary>
sealed class GobText : GobType<string>
{
    const char FirstEscape = '\uDC80';
    const char LastEscape = '\uDCFF';
    const char EscapeBase = '\uDC00';

    internal override int BuiltinId => WireTypes.StringId;

    internal override IComparer<string> KeyOrder => StringComparer.Ordinal;

    internal override bool Omits(string value) => string.IsNullOrEmpty(value);

    internal override void Write(GobWriter writer, string value) => Encode(writer, value ?? "");

    // What is not UTF-8 is lost, as in Go.
    internal override void WriteJson(Utf8JsonWriter json, string value) => json.WriteStringValue(Encoding.UTF8.GetBytes(value ?? ""));

    internal override string ReadJson(JsonElement json) => json.GetString() ?? "";

    internal override GobPlan<string> Compile(GobPlans plans, int wireId)
    {
        plans.RequireBuiltin(wireId, WireTypes.StringId);
        return Plan.Instance;
    }

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var size) == System.Buffers.OperationStatus.Done)
                text.Append(rune);
            else
            {
                foreach (var stray in bytes[..size])
                    text.Append((char)(EscapeBase + stray));
            }
            bytes = bytes[size..];
        }
        return text.ToString();
    }

    /// <summary>Writes length and bytes. A lone surrogate that is no escape becomes U+FFFD.</summary>
    public static void Encode(GobWriter writer, string text)
    {
        if (text.AsSpan().ContainsAnyInRange(FirstEscape, LastEscape))
        {
            writer.WriteBytes(EncodeEscapes(text));
            return;
        }
        var size = Encoding.UTF8.GetByteCount(text);
        writer.WriteUInt((ulong)size);
        writer.Advance(Encoding.UTF8.GetBytes(text, writer.Reserve(size)));
    }

    static ReadOnlySpan<byte> EncodeEscapes(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var consumed) == System.Buffers.OperationStatus.Done
                || text[0] is not (>= FirstEscape and <= LastEscape))
                length += rune.EncodeToUtf8(bytes.AsSpan(length));
            else
                bytes[length++] = (byte)(text[0] - EscapeBase);
            text = text[consumed..];
        }
        return bytes.AsSpan(0, length);
    }

    sealed class Plan : GobPlan<string>
    {
        public static readonly Plan Instance = new();

        public override string Read(ref GobReader reader) => Decode(reader.ReadBytes());
    }
}
