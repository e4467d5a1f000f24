using System.Text;
using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>
/// The text of a configuration file. What is wrong with it has a file, a line and a column; members without a meaning, which the original
/// ignores without a word, are warnings.
/// </summary>
/// <param name="Name">Where it comes from, without secrets: a path or a URL.</param>
sealed record ConfigurationText(string Name, string Text)
{
    /// <summary>Larger ones are something else.</summary>
    public const int MaximumBytes = 64 << 20;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="BuildException">IMG7310: it is no UTF-8 text.</exception>
    public static ConfigurationText Of(string name, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new(name, Strict.GetString(bytes).TrimStart('\uFEFF'));
        }
        catch (DecoderFallbackException problem)
        {
            var line = bytes[..Math.Clamp(problem.Index, 0, bytes.Length)].Count((byte)'\n') + 1;
            throw new BuildException("IMG7310", "the file is no UTF-8 text; save it as UTF-8", name, line, inner: problem);
        }
    }

    /// <summary>Reads JSON with comment lines.</summary>
    /// <param name="report">Receives what is ignored.</param>
    /// <exception cref="BuildException">IMG7310: it is not what is expected.</exception>
    public T ReadJson<T>(Func<CommentedJson, T> read, Action<Diagnostic> report)
    {
        return Convert(() => read(CommentedJson.Parse(Text, new(Unknown, Repeated))));

        void Unknown(UnknownMember member) => report(new(DiagnosticSeverity.Warning, "IMG7311",
            $"\"{member.Name}\" has no meaning here and is ignored.{(member.Nearest is null ? "" : $" If \"{member.Nearest}\" is meant, rename it.")}", Name, member.Line, member.Column));

        void Repeated(RepeatedMember member) => report(new(DiagnosticSeverity.Warning, "IMG7312",
            $"\"{member.Name}\" is there twice, first in line {member.FirstLine}; this one counts. Keep one.", Name, member.Line, member.Column));
    }

    /// <summary>Makes something of the text; what is wrong with it gets its place.</summary>
    /// <exception cref="BuildException">IMG7310, IMG7313: it is not what is expected.</exception>
    public T Convert<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException problem)
        {
            throw new BuildException("IMG7310", $"{problem.Message}.", Name, (int)(problem.LineNumber ?? 0) + 1, (int)(problem.BytePositionInLine ?? 0) + 1, problem);
        }
        catch (FilterException problem)
        {
            throw new BuildException("IMG7313", $"\"{problem.Expression}\" is no RE2 expression: {problem.Reason}.", Name, problem.Line, inner: problem);
        }
        catch (LineFormatException problem)
        {
            throw new BuildException("IMG7310", $"{problem.Reason}.", Name, problem.Line, inner: problem);
        }
    }

    /// <summary>An error at a value.</summary>
    public BuildException Error(string code, string message, CommentedJson at, Exception? inner = null) => new(code, message, Name, at.Line, at.Column, inner);
}
