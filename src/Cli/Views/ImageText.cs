using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Output;
using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Views;

/// <summary>An image for people.</summary>
static class ImageText
{
    const int LabelWidth = 15;

    public static void Write(TextWriter output, FoundImage found)
    {
        var image = found.Image;
        Line("Name:", found.Name);
        Line("Created:", UtcTime.Format(image.CreatedOn));
        Line("Created by:", image.CreatedBy);
        Line("Created for:", image.CreatedFor);
        if (image.ExpiresAt is { } expiry)
            Line("Expires:", UtcTime.Format(expiry));
        Line("Source image:", image.SourceImage);
        Line("Git URL:", image.BuildGitUrl);
        Line("Git branch:", image.BuildBranch);
        Line("Git commit:", image.BuildCommitId);
        Line("Owner users:", string.Join(", ", image.OwnerUsers));
        Line("Owner groups:", string.Join(", ", image.OwnerGroups));
        Line("Tags:", image.Tags is { } tags ? ImageTags.Format(tags) : "");
        if (image.FileSystem is { } tree)
        {
            Line("Files:", $"{tree.RegularInodeCount}, {HumanSize.Format(tree.TotalDataBytes)}");
            Line("Directories:", $"{tree.DirectoryCount}");
            Line("Tree hash:", TreeHash.Compute(tree).ToString());
        }
        Line("Packages:", $"{image.Packages.Count}, {HumanSize.Format(SumSizes(image.Packages))}");
        Line("Build log:", Describe(image.BuildLog));
        Line("Release notes:", Describe(image.ReleaseNotes));
        Line("Attestations:", string.Join(", ", (image.Attestations?.Keys ?? []).Order(StringComparer.Ordinal)));
        Line("Filter:", image.Filter is { } filter ? Count(filter.Lines.Count, "line") : "none (sparse image)");
        foreach (var line in image.Filter?.Lines ?? [])
            output.WriteLine($"  {OneLine.Of(line)}");
        var triggers = image.Triggers?.List ?? [];
        Line("Triggers:", triggers.Count == 0 ? "none" : $"{triggers.Count}");
        foreach (var trigger in triggers)
            output.WriteLine($"  {TriggerText.Of(trigger)}");

        void Line(string label, string value)
        {
            if (value.Length > 0)
                output.WriteLine($"{label,-LabelWidth}{OneLine.Of(value)}");
        }
    }

    public static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    // Sizes come from outside: a sum that does not fit stays at the top.
    static ulong SumSizes(IEnumerable<Package> packages) => packages.Aggregate(
        0ul, (sum, package) => sum > ulong.MaxValue - package.Size ? ulong.MaxValue : sum + package.Size);

    static string Describe(Annotation? annotation) => annotation switch
    {
        null => "",
        { Object: { } hash } => $"object {hash}",
        _ => annotation.Url,
    };
}
