namespace ImageSdk.Contracts.Diagnostics;

/// <summary>Diagnostics as text.</summary>
public static class DiagnosticText
{
    /// <summary>One line, in the form that tools know: <c>FILE(LINE,COLUMN): error CODE: MESSAGE</c>.</summary>
    public static string ToLine(this Diagnostic diagnostic)
    {
        var place = diagnostic switch
        {
            { File: null } => "",
            { Line: 0 } => $"{diagnostic.File}: ",
            { Column: 0 } => $"{diagnostic.File}({diagnostic.Line}): ",
            _ => $"{diagnostic.File}({diagnostic.Line},{diagnostic.Column}): ",
        };
        return $"{place}{(diagnostic.Severity == DiagnosticSeverity.Error ? "error" : "warning")} {diagnostic.Code}: {diagnostic.Message}";
    }
}
