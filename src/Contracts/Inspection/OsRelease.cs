using System.Text;

namespace ImageSdk.Contracts.Inspection;

/// <summary>Which operating system an image is (os-release(5)). What is not said is empty.</summary>
/// <param name="Id">"debian".</param>
/// <param name="VersionId">"12".</param>
/// <param name="Name">"Debian GNU/Linux 12 (bookworm)".</param>
sealed record OsRelease(string Id, string VersionId, string Name)
{
    public static OsRelease Unknown { get; } = new("", "", "");

    /// <summary>"debian-12".</summary>
    public string Distribution => VersionId.Length > 0 ? $"{Id}-{VersionId}" : Id;

    public static OsRelease Parse(ReadOnlySpan<byte> file)
    {
        var values = new Dictionary<string, string>();
        foreach (var line in Encoding.UTF8.GetString(file).Split('\n'))
            if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
                values[line[..equals].Trim()] = line[(equals + 1)..].Trim().Trim('"', '\'');
        var id = values.GetValueOrDefault("ID", "");
        return new(id.All(IsOfId) ? id : "", values.GetValueOrDefault("VERSION_ID", ""), values.GetValueOrDefault("PRETTY_NAME", ""));
    }

    static bool IsOfId(char letter) => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '_' or '-';
}
