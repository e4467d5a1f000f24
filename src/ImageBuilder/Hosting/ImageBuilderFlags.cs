using ImageSdk.Hosting;
using ImageSdk.Hosting.Flags;
using ImageSdk.ImageBuilder.Options;

namespace ImageSdk.ImageBuilder.Hosting;

/// <summary>The flags of an image builder, and its program.</summary>
static class ImageBuilderFlags
{
    static readonly Dictionary<string, string> variables = new()
    {
        ["DATA_STORE"] = "dataStore",
        ["IMAGE_DESTINATION"] = "imageDestination",
        ["STATE_DIR"] = "stateDir",
    };

    public static DaemonProgram<ImageBuilderOptions, ImageBuilderDaemon> Program { get; } = new(() => new(), "rebuilds images with further archives and packages")
    {
        AddFlags = Add,
        Variables = variables,
        Open = resources => new ImageBuilderDaemon(resources),
    };

    static void Add(FlagSet flags, ImageBuilderOptions options)
    {
        flags.AddText("dataStore", "", "Where logs and manifests go: a directory; empty for one in the state directory", v => options.DataStore = v);
        flags.AddText("imageDestination", "", "Where images go: a directory; empty for one in the state directory", v => options.ImageDestination = v);
        flags.AddText("stateDir", options.StateDirectory, "Where jobs and layers are kept", v => options.StateDirectory = v);
    }
}
