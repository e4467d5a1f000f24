using System.Text;
using System.Text.RegularExpressions;

namespace ImageSdk.ImageBuilder.Requests;

/// <summary>What values of requests may be. A rule returns what is wrong, or null.</summary>
/// <param name="fileRoots">Directories whose files <c>file:</c> URLs may name.</param>
sealed partial class RequestRules(IReadOnlyCollection<string> fileRoots)
{
    /// <summary>Bytes of a name in AMQP.</summary>
    const int MaximumName = 255;

    const int MaximumUrl = 2048;

    public string? CheckType(string text) => text == "cloud" ? null : $"\"{Shown(text)}\" is no type of images that is built here; expected \"cloud\"";

    public string? CheckTicket(string text) => text.Length is > 0 and <= MaximumName && !text.Any(char.IsControl) ? null : $"expected a text of 1 to {MaximumName} characters without control characters";

    public string? CheckSeries(string text) => Series().IsMatch(text) ? null : $"\"{Shown(text)}\" is no name of a series, such as \"trusty\"";

    public string? CheckPpa(string text) => Ppa().IsMatch(text) ? null : $"\"{Shown(text)}\" is no archive, such as \"ppa:OWNER/NAME\"";

    public string? CheckPackage(string text) => Package().IsMatch(text) ? null : $"\"{Shown(text)}\" is no package, such as \"libfoo\", \"libfoo:amd64\" or \"libfoo=1.2-3\"";

    public string? CheckExchange(string text) =>
        Encoding.UTF8.GetByteCount(text) <= MaximumName && !text.Any(char.IsControl) ? null : $"expected the name of an exchange: {MaximumName} bytes at most, without control characters";

    public string? CheckCancelUrl(string text) => CheckUrl(text, allowsFiles: false);

    public string? CheckImageUrl(string text) => CheckUrl(text, allowsFiles: true);

    string? CheckUrl(string text, bool allowsFiles)
    {
        if (text.Length > MaximumUrl || !Uri.TryCreate(text, UriKind.Absolute, out var url))
            return $"\"{Shown(text)}\" is no URL";
        // Logs and messages would show them.
        if (url.UserInfo.Length > 0)
            return "a user or a password in a URL is not taken: logs would show it";
        if (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            return url.Fragment.Length == 0 || allowsFiles && Digest().IsMatch(url.Fragment) ? null : $"\"{Shown(url.Fragment)}\" at the end of a URL means nothing here; expected nothing{(allowsFiles ? ", or #sha256=HEX" : "")}";
        if (url.Scheme != Uri.UriSchemeFile || !allowsFiles)
            return $"\"{Shown(text)}\" begins with {url.Scheme}:; expected http: or https:";
        return IsAllowedFile(url.LocalPath) && url.Host.Length == 0 ? null : $"\"{Shown(text)}\" is a file that this builder does not give away; it has to lie in a directory of -fileRoots";
    }

    // The file itself counts, not what links to it.
    bool IsAllowedFile(string path) => fileRoots.Any(root => IsBelow(path, root)) && (File.ResolveLinkTarget(path, returnFinalTarget: true) is not { } target || fileRoots.Any(root => IsBelow(target.FullName, root)));

    static bool IsBelow(string path, string root) => Path.GetFullPath(path).StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) + "/", StringComparison.Ordinal);

    static string Shown(string text) => text.Length <= 100 ? text : text[..100] + "…";

    [GeneratedRegex("^[a-z][a-z0-9-]{0,63}$")]
    private static partial Regex Series();

    [GeneratedRegex("^ppa:[a-z0-9][a-z0-9+.-]*(/[a-z0-9][a-z0-9+.-]*){1,2}$")]
    private static partial Regex Ppa();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9+.-]*(:[a-z0-9][a-z0-9-]*)?(=[0-9A-Za-z][0-9A-Za-z.+:~-]*)?$")]
    private static partial Regex Package();

    [GeneratedRegex("^#sha256=[0-9a-fA-F]{64}$")]
    private static partial Regex Digest();
}
