using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Services;

/// <summary>
/// A URL with places for what is known of an image. Of the template language of the original there are plain fields
/// (<c>{{.Name}}</c>, <c>{{.BuildCommitId}}</c>), tags (<c>{{.Tags.key}}</c>, <c>{{index .Tags "key"}}</c>) and
/// <c>urlquery</c> before or behind a bar.
/// </summary>
sealed partial class InformationTemplate
{
    static readonly Dictionary<string, Func<string, Image, string>> fields = new()
    {
        ["Name"] = (name, _) => name,
        ["BuildBranch"] = (_, image) => image.BuildBranch,
        ["BuildCommitId"] = (_, image) => image.BuildCommitId,
        ["BuildGitUrl"] = (_, image) => image.BuildGitUrl,
        ["CreatedBy"] = (_, image) => image.CreatedBy,
        ["CreatedFor"] = (_, image) => image.CreatedFor,
        ["CreatedOn"] = (_, image) => image.CreatedOn?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss +0000 UTC", CultureInfo.InvariantCulture) ?? "",
        ["SourceImage"] = (_, image) => image.SourceImage,
    };

    readonly List<Func<string, Image, string>> parts = [];

    /// <exception cref="FormatException">A place is none of those known.</exception>
    public InformationTemplate(string text)
    {
        var start = 0;
        foreach (Match place in Place().Matches(text))
        {
            var before = text[start..place.Index];
            parts.Add((_, _) => before);
            parts.Add(Parse(place.Groups[1].Value));
            start = place.Index + place.Length;
        }
        var rest = text[start..];
        if (rest.Contains("{{"))
            throw new FormatException($"template: {{{{ without }}}}: {text}");
        parts.Add((_, _) => rest);
    }

    public string Expand(string name, Image image)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
            text.Append(part(name, image));
        return text.ToString();
    }

    static Func<string, Image, string> Parse(string place)
    {
        var expression = place.Trim();
        var match = Query().Match(expression);
        if (match.Success)
        {
            var inner = Parse(match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value);
            return (name, image) => Uri.EscapeDataString(inner(name, image));
        }
        if (Tag().Match(expression) is { Success: true } tag)
        {
            var key = tag.Groups[1].Success ? tag.Groups[1].Value : tag.Groups[2].Value;
            return (_, image) => image.Tags?.GetValueOrDefault(key) ?? "";
        }
        return expression.StartsWith('.') && fields.TryGetValue(expression[1..], out var field)
            ? field
            : throw new FormatException($"template: {{{{{place}}}}} is none of .{string.Join(", .", fields.Keys)}, .Tags.KEY");
    }

    [GeneratedRegex(@"\{\{(.*?)\}\}")]
    private static partial Regex Place();

    [GeneratedRegex(@"^(?:urlquery\s+(.+)|(.+?)\s*\|\s*urlquery)$")]
    private static partial Regex Query();

    [GeneratedRegex("""^(?:\.Tags\.(\w+)|index\s+\.Tags\s+"([^"]*)")$""")]
    private static partial Regex Tag();
}
