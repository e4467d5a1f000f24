using System.Text;
using System.Text.Json;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Posix;

namespace ImageSdk.Building.Manifests;

/// <summary>Reads the text files of a manifest directory; every mistake has its file and line.</summary>
static class ManifestText
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Read(string file)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, exception);
        }
        try
        {
            var text = Strict.GetString(bytes);
            return text.Length > 0 && text[0] == '\uFEFF' ? text[1..] : text;
        }
        catch (DecoderFallbackException exception)
        {
            var line = bytes.AsSpan(0, Math.Clamp(exception.Index, 0, bytes.Length)).Count((byte)'\n') + 1;
            throw new BuildException("IMG1011", $"{file} is not UTF-8 text: line {line} has a byte that can't be read. Save it as UTF-8.", file, line, inner: exception);
        }
    }

    /// <summary>A file or directory that is there, but not for who builds.</summary>
    public static BuildException Unreadable(string path, Exception exception) => new("IMG1010", exception switch
    {
        UnauthorizedAccessException or PosixException { Error: Errno.AccessDenied } =>
            $"{path} can't be read: permission denied. Make it readable for the user who builds.",
        PosixException { IsNotFound: true } or FileNotFoundException or DirectoryNotFoundException =>
            $"{path} can't be read: it was there, and is gone or replaced. Build again when nothing changes it any more.",
        _ => $"{path} can't be read: {exception.Message}",
    }, path, inner: exception);

    public static T ReadJson<T>(string file, Func<CommentedJson, T> read)
    {
        var text = Read(file);
        return Convert(file, () => read(CommentedJson.Parse(text)));
    }

    /// <summary>A listener's ear for members that are named nearly as one that is known.</summary>
    public static Action<MisnamedMember> WarnOfMisnamed(string file, IBuildListener listener) => member => listener.Report(new(
        DiagnosticSeverity.Warning, "IMG1154", $"\"{member.Name}\" has no meaning in {Path.GetFileName(file)} and is passed over. If \"{member.Nearest}\" is meant, rename it.",
        file, member.Line, member.Column));

    public static T Convert<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException exception)
        {
            throw new BuildException("IMG1012", $"{Path.GetFileName(file)} can't be used as it is: {exception.Message}.", file,
                (int)(exception.LineNumber ?? 0) + 1, (int)(exception.BytePositionInLine ?? 0) + 1, exception);
        }
        catch (FilterException exception)
        {
            throw new BuildException("IMG1020", $"{Path.GetFileName(file)}: {exception.Message}", file, exception.Line, inner: exception);
        }
        catch (LineFormatException exception)
        {
            throw new BuildException("IMG1013", $"{Path.GetFileName(file)}: {exception.Reason}", file, exception.Line, inner: exception);
        }
    }
}
