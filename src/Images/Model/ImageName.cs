using System.Globalization;
using System.Text;

namespace ImageSdk.Images;

/// <summary>
/// Names of images and of the directories that hold them: parts between slashes, no slash at either end. What builders
/// make is called by stream and time: <c>base/debian/2026-01-31:23:59:59</c>.
/// </summary>
public static class ImageName
{
    /// <summary>The root of all directories.</summary>
    public const string RootDirectory = ".";

    const string FileExtension = ".image";
    const string TimeFormat = "yyyy-MM-dd:HH:mm:ss";

    // A file of the name and a "~" has to fit as well.
    const int MaximumPartLength = 254;
    const int MaximumLength = 2048;

    /// <summary>Puts a name together; the time is written as it is, in whatever zone.</summary>
    /// <exception cref="ArgumentException">The stream is no valid name.</exception>
    public static string Format(string stream, DateTime time)
    {
        Validate(stream);
        return $"{stream}/{time.ToString(TimeFormat, CultureInfo.InvariantCulture)}";
    }

    /// <summary>Takes a name of stream and time apart; false for any other name.</summary>
    public static bool TryParse(string name, out string stream, out DateTime time)
    {
        stream = GetDirectory(name);
        return DateTime.TryParseExact(
            name.AsSpan(name.LastIndexOf('/') + 1), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out time) &&
            FindFault(stream) is null;
    }

    /// <summary>The directory that holds an image or a directory; "." at the top.</summary>
    public static string GetDirectory(string name) => name.LastIndexOf('/') is > 0 and var slash ? name[..slash] : RootDirectory;

    /// <summary>Checks the name of an image, a stream or a directory other than the root.</summary>
    /// <exception cref="ArgumentException">The message says what is wrong.</exception>
    public static void Validate(string name)
    {
        if (FindFault(name) is { } fault)
            throw new ArgumentException($"invalid image name: \"{name}\": {fault}");
    }

    /// <summary>Checks the name of a directory, which may be the root (".").</summary>
    /// <exception cref="ArgumentException">The message says what is wrong.</exception>
    public static void ValidateDirectory(string name)
    {
        if (name != RootDirectory)
            Validate(name);
    }

    /// <summary>
    /// Why a name cannot be one; null where it can. Besides what could lead out of a store, names are refused that a
    /// store's files have for themselves: parts that start with "." or end with "~".
    /// </summary>
    public static string? FindFault(string name)
    {
        if (name.Length == 0)
            return "empty";
        if (name.Length > MaximumLength)
            return $"longer than {MaximumLength} characters";
        if (name.Any(char.IsControl))
            return "control character";
        foreach (var part in name.Split('/'))
        {
            if (part.Length == 0)
                return "empty part";
            if (part.StartsWith('.'))
                return "part that starts with .";
            if (part.EndsWith('~'))
                return "part that ends with ~";
            if (!IsUnicode(part))
                return "not a Unicode text";
            if (Encoding.UTF8.GetByteCount(part) > MaximumPartLength)
                return $"part longer than {MaximumPartLength} bytes";
        }
        return null;
    }

    /// <summary>
    /// Why builders can't make images of a stream of this name; null where they can. A store takes more names than these (see
    /// <see cref="FindFault"/>): a stream's name also becomes part of paths, of tags of other systems and of command lines, and must not
    /// be taken for one of its images or for an image file.
    /// </summary>
    public static string? FindStreamFault(string name)
    {
        if (FindFault(name) is { } fault)
            return fault;
        if (name.Split('/').Any(part => DateTime.TryParseExact(part, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)))
            return "it is the name of an image, which ends with a time; a stream is called by what stands before that";
        if (name.EndsWith(FileExtension, StringComparison.OrdinalIgnoreCase))
            return $"it ends with {FileExtension}, as image files do";
        return name.EnumerateRunes().FirstOrDefault(rune => !IsStreamCharacter(rune)) is { Value: not 0 } other
            ? $"it has the character \"{other}\""
            : null;
    }

    /// <summary>What <see cref="FindStreamFault"/> expects, in words.</summary>
    public const string StreamRule = "parts of letters (a to z, A to Z), digits, \".\", \"_\" and \"-\" with \"/\" between them, such as base/debian-12";

    static bool IsStreamCharacter(Rune rune) => rune.IsAscii && ((char)rune.Value is var character) && (char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-' or '/');

    static bool IsUnicode(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            // What cannot be decoded comes as U+FFFD; that itself is no character to name anything with.
            if (rune == Rune.ReplacementChar)
                return false;
        }
        return true;
    }
}
