using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Hosting.Web.Html;

/// <summary>A link within the site; encodes by itself.</summary>
/// <param name="path">One of our own, such as "/listImages".</param>
/// <param name="name">Stands by itself in the query; null for none.</param>
public readonly struct PageLink(string path, string? name = null)
{
    readonly (string Key, string Value)[] parameters = [];

    PageLink(string path, string? name, (string, string)[] parameters) : this(path, name) => this.parameters = parameters;

    public static string ToImage(string name) => new PageLink("/showImage", name).ToString();

    /// <summary>The link with a parameter, in place of one of its name.</summary>
    /// <param name="value">Null or empty for none.</param>
    public PageLink With(string key, string? value) => WithEncoded(key, PercentCode.Encode(value ?? ""));

    public PageLink With(string key, ByteString value) => WithEncoded(key, PercentCode.Encode(value));

    PageLink WithEncoded(string key, string value)
    {
        var others = parameters.Where(parameter => parameter.Key != key);
        return new(path, name, [.. value.Length > 0 ? others.Append((key, value)) : others]);
    }

    /// <summary>For an attribute; HTML's own escaping is the writer's.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(path);
        var separator = '?';
        if (name is not null)
            Append(PercentCode.Encode(name));
        foreach (var (key, value) in parameters)
            Append($"{key}={value}");
        return text.ToString();

        void Append(string part)
        {
            text.Append(separator).Append(part);
            separator = '&';
        }
    }
}
