namespace ImageSdk.Contracts.Diagnostics;

public enum DiagnosticSeverity
{
    Warning,
    Error,
}

/// <summary>Something a user must know, with its place and what to do about it.</summary>
/// <param name="Code">"IMG" and four digits; listed in docs/errors.md.</param>
/// <param name="Message">What was found, what was expected and what to do, in one or two sentences.</param>
/// <param name="File">Absolute path, or null where there is no file to point at.</param>
/// <param name="Line">1-based; 0 where unknown.</param>
public sealed record Diagnostic(
    DiagnosticSeverity Severity, string Code, string Message, string? File = null, int Line = 0, int Column = 0);
