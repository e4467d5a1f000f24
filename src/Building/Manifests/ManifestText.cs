using System.Text;
using System.Text.Json;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Images;

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
            throw new BuildException("IMG1010", $"{file} can't be read: {exception.Message}", file, inner: exception);
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

    public static T ReadJson<T>(string file, string text, Func<JsonElement, T> read) =>
        Convert(file, text, () => read(CommentedJson.Parse(text)));

    public static T Convert<T>(string file, string text, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException exception)
        {
            var line = (int)(exception.LineNumber ?? 0) + (exception.LineNumber is null ? 0 : 1);
            throw new BuildException("IMG1012", $"{Path.GetFileName(file)} is not valid JSON: {WithoutPosition(exception.Message)}", file, line,
                (int)(exception.BytePositionInLine ?? 0) + (exception.LineNumber is null ? 0 : 1), exception);
        }
        catch (FilterException exception)
        {
            throw new BuildException("IMG1020", $"{Path.GetFileName(file)}: {exception.Message}", file, exception.Line, inner: exception);
        }
        catch (FormatException exception)
        {
            throw new BuildException("IMG1013", $"{Path.GetFileName(file)}: {exception.Message}", file, inner: exception);
        }
    }

    // The position is in the diagnostic itself; the reader's own counts from zero.
    static string WithoutPosition(string message)
    {
        var at = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (at < 0)
            at = message.IndexOf(" Path:", StringComparison.Ordinal);
        return at < 0 ? message : message[..at].TrimEnd();
    }
}
