using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ImageSdk.Srpc;

/// <summary>The first line of an HTTP request. Clients of the protocol send nothing else.</summary>
/// <param name="Target">A path, perhaps with a query; for CONNECT too, which other HTTP servers do not expect.</param>
public sealed record SrpcRequestHead(string Verb, string Target)
{
    /// <summary>The target without the query.</summary>
    public string Path => Target.Split('?')[0];

    internal string Query => Target.Contains('?', StringComparison.Ordinal) ? Target[(Target.IndexOf('?') + 1)..] : "";

    /// <summary>Takes apart a head that ends with its empty line; lines may end with CR LF or with LF.</summary>
    public static bool TryParse(ReadOnlySpan<byte> head, [NotNullWhen(true)] out SrpcRequestHead? request)
    {
        var end = head.IndexOf((byte)'\n');
        string[] words = end < 0 ? [] : Encoding.Latin1.GetString(head[..end]).TrimEnd('\r').Split(' ');
        request = words is [{ Length: > 0 } verb, ['/', ..] target, var version] && version.StartsWith("HTTP/1.", StringComparison.Ordinal)
            ? new(verb, target)
            : null;
        return request is not null;
    }

    /// <summary>The first value of a parameter of the query; null where it has none.</summary>
    /// <returns>False where the query is malformed.</returns>
    internal bool TryGetParameter(string name, out string? value)
    {
        value = null;
        foreach (var pair in Query.Split('&'))
        {
            if (pair.Contains(';', StringComparison.Ordinal) || !TryUnescape(pair, out var text))
                return false;
            var equals = text.IndexOf('=');
            if (value is null && (equals < 0 ? text : text[..equals]) == name)
                value = equals < 0 ? "" : text[(equals + 1)..];
        }
        return true;
    }

    static bool TryUnescape(string text, out string result)
    {
        result = "";
        for (var at = text.IndexOf('%'); at >= 0; at = text.IndexOf('%', at + 1))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
                return false;
        }
        result = Uri.UnescapeDataString(text.Replace('+', ' '));
        return true;
    }
}
