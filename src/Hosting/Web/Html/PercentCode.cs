using System.Buffers;
using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Hosting.Web.Html;

/// <summary>Percent-encoding of names in queries, over their bytes: names of files need not be UTF-8.</summary>
public static class PercentCode
{
    // Of those with a meaning in a query, slashes and colons have none for us; names are full of them.
    static readonly SearchValues<byte> plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:"u8);

    public static string Encode(string text) => Encode(ByteString.FromText(text));

    public static string Encode(ByteString name)
    {
        if (!name.Span.ContainsAnyExcept(plain))
            return Encoding.ASCII.GetString(name.Span);
        var text = new StringBuilder(name.Length * 2);
        foreach (var value in name.Span)
        {
            if (plain.Contains(value))
                text.Append((char)value);
            else
                text.Append($"%{value:X2}");
        }
        return text.ToString();
    }

    /// <summary>Decodes; a percent sign that begins no code stands for itself.</summary>
    /// <param name="plusIsBlank">As forms send it.</param>
    public static ByteString Decode(string text, bool plusIsBlank)
    {
        var encoded = Encoding.UTF8.GetBytes(text);
        var bytes = new byte[encoded.Length];
        var length = 0;
        for (var index = 0; index < encoded.Length; index++)
        {
            var value = encoded[index];
            if (value == '%' && index + 2 < encoded.Length && char.IsAsciiHexDigit((char)encoded[index + 1]) && char.IsAsciiHexDigit((char)encoded[index + 2]))
            {
                value = Convert.FromHexString([(char)encoded[index + 1], (char)encoded[index + 2]])[0];
                index += 2;
            }
            else if (value == '+' && plusIsBlank)
                value = (byte)' ';
            bytes[length++] = value;
        }
        return new(bytes.AsSpan(0, length));
    }
}
