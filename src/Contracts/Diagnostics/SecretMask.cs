using System.Buffers;
using System.Text;

namespace ImageSdk.Contracts.Diagnostics;

/// <summary>
/// Takes secrets out of text: each line of a value as it is, and in the forms in which programs like to print them (base64,
/// percent-encoding, the escapes of JSON, of shells and of HTML).
/// </summary>
public sealed class SecretMask
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

    // As they are: what is looked for where escapes are undone.
    readonly string[] lines;
    readonly SearchValues<string>? anyLine;

    public SecretMask(IEnumerable<string> values)
        : this(values.Select(Encoding.UTF8.GetBytes))
    {
    }

    /// <param name="values">Of any bytes: those that are no UTF-8 are looked for as a log shows them.</param>
    public SecretMask(IEnumerable<byte[]> values)
    {
        var (found, plain) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var value in values)
            Add(value, found, plain);
        (forms, any) = Prepare(found);
        (lines, anyLine) = Prepare(plain);
    }

    static (string[], SearchValues<string>?) Prepare(HashSet<string> texts)
    {
        string[] longestFirst = [.. texts.OrderByDescending(text => text.Length)];
        return (longestFirst, longestFirst.Length == 0 ? null : SearchValues.Create(longestFirst, StringComparison.Ordinal));
    }

    /// <param name="isCut">Whether the text goes on elsewhere: then the beginning of a secret at its end counts as one.</param>
    public string Apply(string text, bool isCut = false)
    {
        if (any is null || anyLine is null)
            return text;
        text = Mask(text);
        foreach (var plain in UnescapedText.Of(text))
            if (Mask(text, plain) is { } masked)
                return Apply(masked, isCut); // Other notations may have others.
        return isCut ? MaskEnd(text) : text;
    }

    string Mask(string text)
    {
        if (text.AsSpan().IndexOfAny(any!) is var at && at < 0)
            return text;
        var masked = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        for (; at >= 0; at = rest.IndexOfAny(any!))
        {
            masked.Append(rest[..at]).Append(Shown);
            rest = rest[(at + LengthAt(rest[at..], forms))..];
        }
        return masked.Append(rest).ToString();
    }

    string? Mask(string text, UnescapedText plain)
    {
        var from = 0;
        StringBuilder? masked = null;
        for (var at = 0; plain.Text.AsSpan(at).IndexOfAny(anyLine!) is var found and >= 0;)
        {
            at += found;
            var length = LengthAt(plain.Text.AsSpan(at), lines);
            var range = plain.RangeOf(at, length);
            (masked ??= new(text.Length)).Append(text, from, range.Start.Value - from).Append(Shown);
            from = range.End.Value;
            at += length;
        }
        return masked?.Append(text, from, text.Length - from).ToString();
    }

    string MaskEnd(string text)
    {
        foreach (var form in forms)
            for (var length = Math.Min(form.Length - 1, text.Length); length >= Shortest; length--)
                if (text.AsSpan().EndsWith(form.AsSpan(0, length), StringComparison.Ordinal))
                    return string.Concat(text.AsSpan(0, text.Length - length), Shown);
        return text;
    }

    /// <summary>The lines of a log without them.</summary>
    public string ApplyToLines(string log) => any is null ? log : string.Join('\n', log.Split('\n').Select(line => Apply(line)));

    /// <summary>Whether there is one of them in a log.</summary>
    public bool Finds(string log)
    {
        if (any is null || anyLine is null)
            return false;
        if (log.AsSpan().IndexOfAny(any) >= 0)
            return true;
        foreach (var line in log.AsSpan().EnumerateLines())
            if (UnescapedText.Of(line.ToString()).Any(plain => plain.Text.AsSpan().IndexOfAny(anyLine) >= 0))
                return true;
        return false;
    }

    // The longest first.
    static int LengthAt(ReadOnlySpan<char> text, string[] forms)
    {
        foreach (var form in forms)
            if (text.StartsWith(form, StringComparison.Ordinal))
                return form.Length;
        return 1;
    }

    static void Add(byte[] value, HashSet<string> forms, HashSet<string> lines)
    {
        ReadOnlySpan<byte> white = " \t\r\n"u8;
        var trimmed = value.AsSpan().Trim(white).ToArray();
        if (trimmed.Length < Shortest)
            return;
        foreach (var range in trimmed.AsSpan().SplitAny((byte)'\n', (byte)'\r'))
            AddLine(trimmed.AsSpan()[range].Trim(white), forms, lines);
        foreach (var whole in (byte[][])[value, trimmed, [.. trimmed, (byte)'\n']])
            AddBase64(whole, forms);
        if (TryDecodeMarked(value) is { } marked)
            Add(Encoding.UTF8.GetBytes(marked), forms, lines);
    }

    static void AddLine(ReadOnlySpan<byte> bytes, HashSet<string> forms, HashSet<string> lines)
    {
        var line = ShownBytes.Decode(bytes);
        if (line.Length < Shortest)
            return;
        lines.Add(line);
        forms.Add(line);
        // As sh -x and bash -x write an apostrophe.
        forms.Add(line.Replace("'", "'\\''", StringComparison.Ordinal));
        forms.Add(line.Replace("'", "'\"'\"'", StringComparison.Ordinal));
        AddBase64(bytes.ToArray(), forms);
    }

    // A file of an editor that begins with a byte order mark, which programs leave out, or in UTF-16.
    static string? TryDecodeMarked(byte[] value)
    {
        if (value is not ([0xEF, 0xBB, 0xBF, ..] or [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]))
            return null;
        using var reader = new StreamReader(new MemoryStream(value), Encoding.UTF8);
        return reader.ReadToEnd();
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
