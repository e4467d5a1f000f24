using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Imaginator.Options;
using ImageSdk.Imaginator.Parts;

namespace ImageSdk.Imaginator.Web.Requests;

/// <summary>What the pages of an imaginator are about.</summary>
sealed class ImaginatorSite(ImaginatorParts parts, SiteContext context) : DaemonSite(context)
{
    public ImaginatorParts Parts => parts;

    public override IReadOnlyList<(string Path, string Text)> Sections { get; } =
    [
        ("/", "Status"), ("/showImageStreams", "Streams"), ("/showDirectedGraph", "Relationships"), ("/showAllBuilds", "Builds"),
        .. parts.Options.BuildRunner == BuildRunnerKind.Local ? [] : new[] { ("/showWorkers", "Workers") },
        ("/logs", "Logs"), ("/metrics/", "Metrics"),
    ];

    public override (string Path, string Text) Home => ("/showImageStreams", "All streams");
}
