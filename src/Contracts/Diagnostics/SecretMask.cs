using System.Buffers;
using System.Text;

namespace ImageSdk.Contracts.Diagnostics;

/// <summary>
/// Takes secrets out of text: each line of a value as it is, and in the forms in which programs like to print them (base64,
/// escapes of URLs and of JSON).
/// </summary>
sealed class SecretMask
{
    const string Shown = "***";

    /// <summary>Shorter ones would mask half of a log, and are no secrets.</summary>
    const int Shortest = 4;

    /// <summary>Of a text in base64: what is shorter may be anything.</summary>
    const int ShortestEncoded = 8;

    /// <summary>Where base64(1), openssl and PEM break lines.</summary>
    static readonly int[] widths = [76, 64];

    readonly string[] forms;
    readonly SearchValues<string>? any;

    public SecretMask(IEnumerable<string> values)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
            Add(value, found);
        forms = [.. found.OrderByDescending(form => form.Length)];
        any = forms.Length == 0 ? null : SearchValues.Create(forms, StringComparison.Ordinal);
    }

    public string Apply(string text)
    {
        if (any is null || text.AsSpan().IndexOfAny(any) is var at && at < 0)
            return text;
        var masked = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        for (; at >= 0; at = rest.IndexOfAny(any))
        {
            masked.Append(rest[..at]).Append(Shown);
            rest = rest[(at + LengthAt(rest[at..]))..];
        }
        return masked.Append(rest).ToString();
    }

    /// <summary>Whether there is one of them in a text.</summary>
    public bool Finds(ReadOnlySpan<char> text) => any is not null && text.IndexOfAny(any) >= 0;

    // The longest first.
    int LengthAt(ReadOnlySpan<char> text)
    {
        foreach (var form in forms)
            if (text.StartsWith(form, StringComparison.Ordinal))
                return form.Length;
        return 1;
    }

    static void Add(string value, HashSet<string> forms)
    {
        var trimmed = value.Trim();
        if (trimmed.Length < Shortest)
            return;
        foreach (var line in value.Split(['\n', '\r'], StringSplitOptions.TrimEntries))
        {
            if (line.Length < Shortest)
                continue;
            forms.Add(line);
            forms.Add(Uri.EscapeDataString(line));
            forms.Add(Uri.EscapeDataString(line).Replace("%20", "+", StringComparison.Ordinal));
            forms.Add(System.Text.Json.JsonEncodedText.Encode(line).ToString());
            forms.Add(System.Text.Json.JsonEncodedText.Encode(line, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString());
            AddBase64(Encoding.UTF8.GetBytes(line), forms);
        }
        foreach (var whole in new[] { value, trimmed, trimmed + "\n" }.Distinct())
            AddBase64(Encoding.UTF8.GetBytes(whole), forms);
    }

    /// <summary>
    /// What all texts in base64 have in common that hold the bytes, whatever precedes and follows them; and each line of it where it is
    /// broken into lines.
    /// </summary>
    static void AddBase64(byte[] bytes, HashSet<string> forms)
    {
        for (var before = 0; before < 3; before++)
        {
            byte[] shifted = [.. new byte[before], .. bytes];
            var text = Convert.ToBase64String(shifted);
            // Characters of which a part belongs to other bytes.
            var start = (before * 8 + 5) / 6;
            var end = shifted.Length * 8 / 6;
            AddEncoded(text[start..end], forms);
        }
        var whole = Convert.ToBase64String(bytes);
        AddEncoded(whole, forms);
        foreach (var width in widths)
            if (whole.Length > width)
                foreach (var line in whole.Chunk(width))
                    AddEncoded(new string(line), forms);
    }

    static void AddEncoded(string text, HashSet<string> forms)
    {
        if (text.Length < ShortestEncoded)
            return;
        forms.Add(text);
        forms.Add(text.TrimEnd('='));
        forms.Add(text.Replace('+', '-').Replace('/', '_'));
        forms.Add(Uri.EscapeDataString(text));
    }
}
