using ImageSdk.Contracts.Diagnostics;
using ImageSdk.TextTemplates;
using ImageSdk.TextTemplates.Errors;

namespace ImageSdk.Trees.Templates;

/// <summary>A file of a templated tree, which becomes what its template makes of the build's variables.</summary>
static class TemplatedFile
{
    /// <summary>Larger ones are data that came here by mistake.</summary>
    const ulong MaximumSize = 16 << 20;

    /// <param name="file">Path, for messages.</param>
    /// <param name="size">Of the file, in bytes.</param>
    /// <param name="missing">Told of values that are written although there are none; may be null.</param>
    /// <exception cref="BuildException">It is no template, can't be carried out (IMG1150) or is too large (IMG1156).</exception>
    public static byte[] Render(
        string file, ulong size, Func<Stream> open, IReadOnlyDictionary<string, string> variables, Action<MissingVariable>? missing,
        CancellationToken cancellation = default)
    {
        if (size > MaximumSize)
            throw new BuildException("IMG1156", $"{file} has {size} bytes; a template may have {MaximumSize >> 20} MiB. Move files that are no templates to the tree that is copied.", file);
        using var content = new MemoryStream((int)size);
        using (var stream = open())
            stream.CopyTo(content);
        try
        {
            return TextTemplate.Parse(content.GetBuffer().AsSpan(0, (int)content.Length)).Render(variables, missing, cancellation);
        }
        catch (TemplateException exception)
        {
            throw new BuildException("IMG1150", exception.Message, file, exception.Place.Line, exception.Place.Column, exception);
        }
    }
}
