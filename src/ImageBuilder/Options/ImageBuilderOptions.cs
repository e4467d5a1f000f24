using ImageSdk.Hosting.Options;

namespace ImageSdk.ImageBuilder.Options;

/// <summary>The settings of an image builder besides those of all daemons.</summary>
sealed record ImageBuilderOptions : DaemonOptions
{
    const ushort DefaultPort = 8000;

    public ImageBuilderOptions() : base("imagesdk-image-builder", DefaultPort) => AllowRoot = true; // As root it builds without users' namespaces.

    /// <summary>Where jobs and layers are kept.</summary>
    public string StateDirectory { get; set; } = "/var/lib/imagesdk-image-builder";

    /// <summary>Where images go; empty for a directory in the state directory.</summary>
    public string ImageDestination { get; set; } = "";

    /// <summary>Where logs and manifests go; empty for a directory in the state directory.</summary>
    public string DataStore { get; set; } = "";
}
