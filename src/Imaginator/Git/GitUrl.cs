using System.Text.RegularExpressions;

namespace ImageSdk.Imaginator.Git;

/// <summary>The URL of a repository, taken apart so that its secrets stand in no command line, no file and no log.</summary>
/// <param name="Address">Without user name and password.</param>
/// <param name="User">Empty for none.</param>
/// <param name="Password">Empty for none.</param>
sealed partial record GitUrl(string Address, string User, string Password)
{
    /// <summary>Takes a URL or an address such as <c>git@host:path</c> apart. The user of SSH is no secret and stays.</summary>
    public static GitUrl Parse(string text)
    {
        if (Web().Match(text) is not { Success: true } match)
            return new(text, "", "");
        var credentials = match.Groups[2].Value;
        var colon = credentials.IndexOf(':');
        var (user, password) = colon < 0 ? (credentials, "") : (credentials[..colon], credentials[(colon + 1)..]);
        return new(match.Groups[1].Value + match.Groups[3].Value, Uri.UnescapeDataString(user), Uri.UnescapeDataString(password));
    }

    /// <summary>A URL, or any text with one, without user names and passwords.</summary>
    public static string WithoutCredentials(string text) => Credentials().Replace(text, "$1");

    /// <summary>A URL as it is written, with names of variables in the place of user names and passwords, which are taken out otherwise.</summary>
    public static string WithoutWrittenCredentials(string text) => Credentials().Replace(text, match => match.Value.Contains('$') ? match.Value : match.Groups[1].Value);

    [GeneratedRegex(@"^(https?://)([^/]*)@([^/@]*(?:[/?].*)?)$", RegexOptions.IgnoreCase)]
    private static partial Regex Web();

    // Up to the last "@" before the path: passwords that are not encoded as they should be may hold one.
    [GeneratedRegex(@"\b(https?://)[^/\s]*@", RegexOptions.IgnoreCase)]
    private static partial Regex Credentials();
}
