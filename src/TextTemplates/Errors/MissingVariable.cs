namespace ImageSdk.TextTemplates.Errors;

/// <summary>A value that a template writes although there is none: "&lt;no value&gt;" stands in its place.</summary>
/// <param name="Expression">As the template has it: ".NAME".</param>
public sealed record MissingVariable(string Expression, TemplatePlace Place);
