using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>Reads the file of variables that are kept out of the other files: a JSON object of texts. Values are in no message.</summary>
static class VariablesReader
{
    /// <exception cref="BuildException">IMG7318: it is none.</exception>
    public static IReadOnlyDictionary<string, string> Read(ConfigurationText text, Action<Diagnostic> report)
    {
        try
        {
            return text.ReadJson(json => json.ReadTable("the variables file", (value, name) => value.ReadText($"variable \"{name}\"")), report);
        }
        catch (BuildException problem)
        {
            // The parser's words quote what it found, which may be part of a secret.
            var place = problem.Diagnostic;
            throw new BuildException("IMG7318",
                problem.InnerException is JsonException { InnerException: null } ? place.Message : "the file is no JSON object of texts: {\"NAME\": \"value\"}.",
                place.File, place.Line, place.Column);
        }
    }
}
