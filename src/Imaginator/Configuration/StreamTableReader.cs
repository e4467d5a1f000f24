using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>Reads the streams file.</summary>
/// <param name="text">Its text.</param>
/// <param name="architecture">In the field's words: amd64, arm64.</param>
/// <param name="report">Receives what is ignored.</param>
sealed class StreamTableReader(ConfigurationText text, string architecture, Action<Diagnostic> report)
{
    /// <exception cref="BuildException">IMG7310, IMG7313, IMG7314, IMG7319: it is not what is expected.</exception>
    public StreamTable Read() => text.ReadJson(Read, report);

    StreamTable Read(CommentedJson json)
    {
        var record = new JsonRecord(json, "the streams file", "Streams", "StreamPatterns");
        var names = new ExpandedNames(text, "stream", architecture);
        var patterns = new ExpandedNames(text, "stream pattern", architecture);
        return new(
            record.Table("Streams", (value, name) => names.Expand(name, value) is var stream ? (Name: stream, Stream: ReadStream(value, name, stream)) : default)
                .Values.ToDictionary(each => each.Name, each => each.Stream, StringComparer.Ordinal),
            [.. record.Table("StreamPatterns", (value, name) => new StreamPattern(ReadPattern(patterns.Expand(name, value), value), ReadStream(value, name, stream: null))).Values]);
    }

    NamePattern ReadPattern(string expression, CommentedJson value)
    {
        try
        {
            return new(expression);
        }
        catch (FormatException problem)
        {
            throw text.Error("IMG7313", $"the pattern \"{expression}\" is no RE2 expression: {problem.Message}.", value, problem);
        }
    }

    /// <param name="stream">Its name; null for a pattern.</param>
    StreamConfiguration ReadStream(CommentedJson json, string name, string? stream)
    {
        var record = new JsonRecord(json, $"stream \"{name}\"", ["BuilderGroups", "BuilderUsers", "ManifestUrl", "ManifestDirectory", "Variables", .. StreamPlacement.Members]);
        return new()
        {
            BuilderGroups = record.Texts("BuilderGroups").ToHashSet(StringComparer.Ordinal),
            BuilderUsers = record.Texts("BuilderUsers").ToHashSet(StringComparer.Ordinal),
            ManifestUrl = record.Text("ManifestUrl"),
            ManifestDirectory = record.Text("ManifestDirectory"),
            Placement = StreamPlacement.Read(record),
            Variables = record.Table("Variables", (value, variable) => CheckSlices(value.ReadText($"variable \"{variable}\""), value, stream)),
        };
    }

    // Of streams that match a pattern the name is known later, and slices of it are looked at then.
    string CheckSlices(string value, CommentedJson place, string? stream)
    {
        if (stream is not null)
            VariableExpansion.Expand(value, name => name == "IMAGE_STREAM" ? stream : null, slice =>
                throw text.Error("IMG7319", $"the slice ${{{slice}}} of \"{stream}\" is out of range. Correct its bounds.", place));
        return value;
    }
}
