using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace ImageSdk.Hosting.Web.Html;

/// <summary>
/// Writes HTML as it comes. Texts and attribute values are escaped here and nowhere else, and nothing can be written
/// that is not: names of elements and attributes are ours. What has been written goes out whenever there is enough of it.
/// </summary>
public sealed class HtmlWriter(PipeWriter output)
{
    // Bytes that are collected before they are sent.
    const int Portion = 1 << 15;

    // Characters of a long text that are encoded in one go.
    const int Part = 1 << 13;

    static readonly SearchValues<char> special = SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (char)code), '<', '>', '&', '"', '\'', '\x7f']);

    readonly Stack<string> open = new();

    // Many small writes to the connection's own buffers cost more than the copy.
    readonly byte[] buffer = new byte[2 * Portion];
    int used;

    /// <summary>The document's first line.</summary>
    public void Doctype() => Raw("<!doctype html>\n");

    /// <summary>Opens an element that ends with the scope.</summary>
    /// <param name="attributes">Those whose value is null are left out; an empty value is a flag.</param>
    public Scope Open(string element, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Tag(element, attributes);
        open.Push(element);
        return new(this);
    }

    /// <summary>An element that holds a text alone.</summary>
    public HtmlWriter Element(string element, string? text, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Tag(element, attributes);
        Text(text);
        return End(element);
    }

    /// <summary>An element without content and end, such as meta.</summary>
    public HtmlWriter Void(string element, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Tag(element, attributes);
        return this;
    }

    /// <summary>Control characters, which HTML has none of, are shown as their pictures.</summary>
    public HtmlWriter Text(ReadOnlySpan<char> text)
    {
        Escape(text, isText: true);
        return this;
    }

    /// <summary>A line feed between elements, so that people can read the source.</summary>
    public HtmlWriter Line() => Raw("\n");

    /// <summary>Sends what there is, if it is enough to be worth it, and waits for slow readers.</summary>
    public ValueTask FlushAsync(CancellationToken cancellation) => used < Portion ? ValueTask.CompletedTask : EndAsync(cancellation);

    /// <summary>Sends what there is.</summary>
    public async ValueTask EndAsync(CancellationToken cancellation)
    {
        HandOver();
        await output.SendAsync(cancellation);
    }

    void Tag(string element, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Raw("<").Raw(element);
        foreach (var (name, value) in attributes)
        {
            if (value is null)
                continue;
            Raw(" ").Raw(name);
            if (value.Length == 0)
                continue;
            Raw("=\"");
            Escape(value, isText: false);
            Raw("\"");
        }
        Raw(">");
    }

    void Escape(ReadOnlySpan<char> text, bool isText)
    {
        while (text.IndexOfAny(special) is >= 0 and var index)
        {
            Raw(text[..index]);
            Raw(text[index] switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                '"' => isText ? "\"" : "&quot;",
                '\'' => isText ? "'" : "&#39;",
                '\n' => "\n",
                '\t' => "\t",
                '\x7f' => "\u2421",
                var control => [(char)('\u2400' + control)],
            });
            text = text[(index + 1)..];
        }
        Raw(text);
    }

    HtmlWriter Raw(ReadOnlySpan<char> text)
    {
        while (Encoding.UTF8.GetMaxByteCount(text.Length) > buffer.Length - used)
        {
            HandOver();
            if (Encoding.UTF8.GetMaxByteCount(text.Length) <= buffer.Length)
                break;
            // Half of a pair is no character.
            var part = char.IsHighSurrogate(text[Part - 1]) ? Part - 1 : Part;
            used += Encoding.UTF8.GetBytes(text[..part], buffer);
            text = text[part..];
        }
        used += Encoding.UTF8.GetBytes(text, buffer.AsSpan(used));
        return this;
    }

    void HandOver()
    {
        buffer.AsSpan(0, used).CopyTo(output.GetSpan(Math.Max(1, used)));
        output.Advance(used);
        used = 0;
    }

    HtmlWriter End(string element) => Raw("</").Raw(element).Raw(">");

    /// <summary>Ends an element.</summary>
    public readonly struct Scope(HtmlWriter html) : IDisposable
    {
        public void Dispose() => html.End(html.open.Pop());
    }
}
