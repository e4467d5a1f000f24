using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>Expands <c>$ARCH</c> in names of one kind, two of which must not become the same.</summary>
/// <param name="text">Where they stand.</param>
/// <param name="kind">In words: "stream".</param>
/// <param name="architecture">In the field's words: amd64, arm64.</param>
sealed class ExpandedNames(ConfigurationText text, string kind, string architecture)
{
    readonly Dictionary<string, int> lines = new(StringComparer.Ordinal);

    /// <param name="value">What stands behind the name.</param>
    /// <exception cref="BuildException">IMG7314, IMG7319: there is that name already, or a slice is out of range.</exception>
    public string Expand(string name, CommentedJson value)
    {
        var expanded = VariableExpansion.Expand(
            name, variable => variable == "ARCH" ? architecture : null,
            slice => throw text.Error("IMG7319", $"the slice ${{{slice}}} in the name \"{name}\" is out of range. Correct its bounds.", value));
        if (lines.TryAdd(expanded, value.Line))
            return expanded;
        throw text.Error("IMG7314", $"duplicate {kind}: {expanded}, first in line {lines[expanded]}. Keep one.", value);
    }
}
