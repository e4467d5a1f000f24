namespace ImageSdk.TextTemplates.Errors;

/// <summary>A template that is not of the language, or that fails where it is run.</summary>
public sealed class TemplateException : FormatException
{
    internal TemplateException(string source, int position, string message) : base(message) => Place = TemplatePlace.Of(source, position);

    /// <summary>Where the mistake stands.</summary>
    public TemplatePlace Place { get; }
}
