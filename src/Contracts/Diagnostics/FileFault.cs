using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Contracts.Diagnostics;

/// <summary>
/// What a failed look at a file means to who builds: files are unreadable, go, or become something else while a build runs. None of that
/// is a mistake of ours.
/// </summary>
public static class FileFault
{
    const int LongestPath = 240;

    /// <summary>The diagnostic, where the exception is about a file; null for others.</summary>
    /// <param name="code">Of the message, for all but a full disk.</param>
    /// <param name="diskFullCode">Of a message about a full disk.</param>
    public static Diagnostic? Explain(Exception exception, string code, string diskFullCode) => exception switch
    {
        AggregateException { InnerExceptions: [var inner, ..] } => Explain(inner, code, diskFullCode),
        IOException { HResult: Errno.NoSpace or Errno.QuotaExceeded } => new(DiagnosticSeverity.Error, diskFullCode,
            $"The disk is full: {Shorten(exception.Message)}. Free space where obj/, bin/ and the cache lie, and build again.", PathOf(exception)),
        IOException or UnauthorizedAccessException =>
            new(DiagnosticSeverity.Error, code, $"A file could not be read or written: {Shorten(exception.Message).TrimEnd('.')}. {Remedy(exception)}", PathOf(exception)),
        _ => null,
    };

    /// <summary>Path of what could not be used, where that is known.</summary>
    public static string? PathOf(Exception exception) => exception switch
    {
        PosixException posix when posix.Path.StartsWith('/') => posix.Path,
        FileNotFoundException { FileName: { Length: > 0 } name } => name,
        _ => null,
    };

    static string Remedy(Exception exception) => exception switch
    {
        UnauthorizedAccessException or PosixException { Error: Errno.AccessDenied or Errno.NotPermitted } =>
            "Give the user who builds the permission; a directory may stand where a file belongs.",
        PosixException { IsNotFound: true } or PosixException { Error: Errno.TooManyLinks or Errno.IsDirectory } or FileNotFoundException or DirectoryNotFoundException =>
            "It is gone, or was replaced while the build ran. Build again when nothing changes it any more.",
        _ => "Correct that, and build again.",
    };

    /// <summary>A text in which each name that fills lines keeps its beginning and its end.</summary>
    public static string Shorten(string text)
    {
        if (text.Length <= LongestPath)
            return text;
        var result = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            result.Append(result.Length > 0 ? " " : "");
            if (word.Length <= LongestPath)
                result.Append(word);
            else
                result.Append(word, 0, LongestPath / 2).Append("[…]").Append(word, word.Length - LongestPath / 2, LongestPath / 2);
        }
        // Blanks in names: many short words, too.
        return result.Length <= 8 * LongestPath ? result.ToString() : $"{result.ToString(0, 4 * LongestPath)}[…]{result.ToString(result.Length - 4 * LongestPath, 4 * LongestPath)}";
    }
}
