using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Asks an imaginator for an image of a stream.</summary>
public sealed record BuildImageRequest
{
    /// <summary>Whether a source image that is missing or too old is not built first, but told.</summary>
    public bool DisableRecursiveBuild { get; set; }

    /// <summary>How long the image is kept.</summary>
    public TimeSpan ExpiresIn { get; set; }

    /// <summary>A branch, a tag or a commit; empty for "master".</summary>
    public string GitBranch { get; set; } = "";

    /// <summary>How old the source image may be; zero for any age.</summary>
    public TimeSpan MaxSourceAge { get; set; }

    /// <summary>How long the build may take; zero for as long as the imaginator lets it.</summary>
    public TimeSpan MaximumBuildDuration { get; set; }

    /// <summary>Whether the image comes with the answer and is not added to the image server. Its objects are there all the same.</summary>
    public bool ReturnImage { get; set; }

    /// <summary>Whether the log comes as it grows.</summary>
    public bool StreamBuildLog { get; set; }

    public string StreamName { get; set; } = "";

    public IReadOnlyDictionary<string, string>? Variables { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<BuildImageRequest> Gob { get; } = new GobStruct<BuildImageRequest>("BuildImageRequest")
    {
        { "DisableRecursiveBuild", Bool, m => m.DisableRecursiveBuild, (ref m, v) => m.DisableRecursiveBuild = v },
        { "ExpiresIn", Duration, m => m.ExpiresIn, (ref m, v) => m.ExpiresIn = v },
        { "GitBranch", Text, m => m.GitBranch, (ref m, v) => m.GitBranch = v },
        { "MaxSourceAge", Duration, m => m.MaxSourceAge, (ref m, v) => m.MaxSourceAge = v },
        { "MaximumBuildDuration", Duration, m => m.MaximumBuildDuration, (ref m, v) => m.MaximumBuildDuration = v },
        { "ReturnImage", Bool, m => m.ReturnImage, (ref m, v) => m.ReturnImage = v },
        { "StreamBuildLog", Bool, m => m.StreamBuildLog, (ref m, v) => m.StreamBuildLog = v },
        { "StreamName", Text, m => m.StreamName, (ref m, v) => m.StreamName = v },
        { "Variables", CommonTypes.StringTable, m => m.Variables, (ref m, v) => m.Variables = v },
    };
}

/// <summary>An answer to <see cref="BuildImageRequest"/>: a part of the log, or the last one, which has an error, an image or a name.</summary>
public sealed record BuildImageResponse
{
    public Image? Image { get; set; }

    public string ImageName { get; set; } = "";

    public byte[] BuildLog { get; set; } = [];

    public string ErrorString { get; set; } = "";

    /// <summary>Whether the source image is missing or too old.</summary>
    public bool NeedSourceImage { get; set; }

    /// <summary>The stream of the source image that is needed.</summary>
    public string SourceImage { get; set; } = "";

    public IReadOnlyDictionary<string, string>? SourceImageBuildVariables { get; set; }

    public string SourceImageGitCommitId { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<BuildImageResponse> Gob { get; } = new GobStruct<BuildImageResponse>("BuildImageResponse")
    {
        { "Image", Pointer(ImageTypes.Image), m => m.Image, (ref m, v) => m.Image = v },
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
        { "BuildLog", Bytes, m => m.BuildLog, (ref m, v) => m.BuildLog = v },
        { "ErrorString", Text, m => m.ErrorString, (ref m, v) => m.ErrorString = v },
        { "NeedSourceImage", Bool, m => m.NeedSourceImage, (ref m, v) => m.NeedSourceImage = v },
        { "SourceImage", Text, m => m.SourceImage, (ref m, v) => m.SourceImage = v },
        { "SourceImageBuildVariables", CommonTypes.StringTable, m => m.SourceImageBuildVariables, (ref m, v) => m.SourceImageBuildVariables = v },
        { "SourceImageGitCommitId", Text, m => m.SourceImageGitCommitId, (ref m, v) => m.SourceImageGitCommitId = v },
    };
}
