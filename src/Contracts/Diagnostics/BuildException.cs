namespace ImageSdk.Contracts.Diagnostics;

/// <summary>A build can't go on; carries the one error that says why.</summary>
public sealed class BuildException(Diagnostic diagnostic, Exception? inner = null) : Exception(diagnostic.Message, inner)
{
    public Diagnostic Diagnostic { get; } = diagnostic;

    public BuildException(string code, string message, string? file = null, int line = 0, int column = 0, Exception? inner = null)
        : this(new Diagnostic(DiagnosticSeverity.Error, code, message, file, line, column), inner)
    {
    }
}
