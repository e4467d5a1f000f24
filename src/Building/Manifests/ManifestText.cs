using System.Text;
using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Building.Manifests;

/// <summary>Reads the text files of a manifest directory; every mistake has its file and line.</summary>
static class ManifestText
{
    const long MaximumSize = 64 << 20;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Read(string file)
    {
        var bytes = Reading(file, () =>
        {
            var length = new FileInfo(file).Length;
            return length <= MaximumSize
                ? File.ReadAllBytes(file)
                : throw new BuildException("IMG1159", $"{file} has {length} bytes; a text of a manifest may have {MaximumSize >> 20} MiB. Look what it is.", file);
        });
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

    /// <summary>A file or directory of the manifest that can't be used, for whatever reason.</summary>
    /// <param name="path">What was to be read; what the exception names counts more.</param>
    public static BuildException Unreadable(string path, Exception exception) =>
        new((FileFault.Explain(exception, "IMG1010", "IMG1158") ?? throw exception) with { File = FileFault.PathOf(exception) ?? path }, exception);

    /// <summary>Reads something of the manifest.</summary>
    /// <exception cref="BuildException">It can't be read (IMG1010).</exception>
    public static T Reading<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, exception);
        }
    }

    /// <summary>Whether a file's bytes have a text in them. Reads no more of it than a buffer at a time.</summary>
    public static bool Mentions(string file, string text) => Reading(file, () =>
    {
        var wanted = Encoding.UTF8.GetBytes(text);
        var buffer = new byte[64 * 1024];
        var kept = 0;
        using var stream = File.OpenRead(file);
        while (stream.Read(buffer, kept, buffer.Length - kept) is > 0 and var read)
        {
            var filled = buffer.AsSpan(0, kept + read);
            if (filled.IndexOf(wanted) >= 0)
                return true;
            kept = Math.Min(filled.Length, wanted.Length - 1);
            filled[^kept..].CopyTo(buffer);
        }
        return false;
    });

    public static T ReadJson<T>(string file, Func<CommentedJson, T> read)
    {
        var text = Read(file);
        return Convert(file, () => read(CommentedJson.Parse(text)));
    }

    /// <summary>A listener's ear for members that are named nearly as one that is known.</summary>
    public static Action<MisnamedMember> WarnOfMisnamed(string file, IBuildListener listener) => member => listener.Report(new(
        DiagnosticSeverity.Warning, "IMG1154", $"\"{member.Name}\" has no meaning in {Path.GetFileName(file)} and is ignored. If \"{member.Nearest}\" is meant, rename it.",
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
