using System.Text;

namespace ImageSdk.Contracts.Diagnostics;

/// <summary>Bytes as logs show them: UTF-8, and each byte that is none as \xNN.</summary>
static class ShownBytes
{
    static readonly Encoding encoding = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new EscapeFallback());

    public static string Decode(ReadOnlySpan<byte> bytes) => encoding.GetString(bytes);

    sealed class EscapeFallback : DecoderFallback
    {
        public override int MaxCharCount => 16;

        public override DecoderFallbackBuffer CreateFallbackBuffer() => new Buffer();

        sealed class Buffer : DecoderFallbackBuffer
        {
            string text = "";
            int at;

            public override int Remaining => text.Length - at;

            public override bool Fallback(byte[] bytesUnknown, int index)
            {
                text = string.Concat(bytesUnknown.Select(value => $"\\x{value:X2}"));
                at = 0;
                return true;
            }

            public override char GetNextChar() => at < text.Length ? text[at++] : '\0';

            public override bool MovePrevious() => at > 0 && at-- > 0;

            public override void Reset() => (text, at) = ("", 0);
        }
    }
}
