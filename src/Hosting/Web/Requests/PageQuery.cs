using ImageSdk.Hosting.Web.Html;
using ImageSdk.Images;

namespace ImageSdk.Hosting.Web.Requests;

/// <summary>
/// The query of a page. As in the original a name stands there by itself, beside parameters:
/// <c>?base/img.0&amp;output=text</c>. It may be encoded or not.
/// </summary>
public sealed class PageQuery
{
    const string NameParameter = "name=";

    readonly Dictionary<string, string> parameters = new(StringComparer.Ordinal);
    readonly List<string> names = [];

    /// <param name="query">With its question mark, or empty.</param>
    /// <param name="known">The page's parameters: "page=" for one with a value, "recentFirst" for a flag. All else is the name.</param>
    public PageQuery(string query, IReadOnlySet<string> known)
    {
        foreach (var part in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=');
            // Forms cannot but give the name a parameter's form.
            if (part.StartsWith(NameParameter, StringComparison.Ordinal) || known.Contains(part[..(equals + 1)]))
                parameters.TryAdd(part[..equals], part[(equals + 1)..]);
            else if (known.Contains(part))
                parameters.TryAdd(part, "");
            else
                names.Add(part);
        }
    }

    /// <summary>The names that stood by themselves, each as it was written.</summary>
    public IReadOnlyList<string> RawNames => names;

    /// <summary>What the name may be, the likeliest first: decoded, or as it was written.</summary>
    public IReadOnlyList<string> Names => names switch
    {
        [] => this["name"] is { } name ? [name] : [],
        _ => [.. ((string[])[PercentCode.Decode(RawName, plusIsBlank: false).ToString(), RawName]).Distinct()],
    };

    /// <summary>A parameter's text; null where it is absent.</summary>
    public string? this[string parameter] => Bytes(parameter)?.ToString();

    /// <summary>A parameter whose text need not be UTF-8.</summary>
    public ByteString? Bytes(string parameter) =>
        parameters.TryGetValue(parameter, out var value) ? PercentCode.Decode(value, plusIsBlank: true) : (ByteString?)null;

    public bool Has(string parameter) => parameters.ContainsKey(parameter);

    // Without an encoding, a name with an ampersand falls apart.
    string RawName => string.Join('&', names);
}
