namespace ImageSdk.Cli.Commands.Certs;

/// <summary>Which methods the holders of certificates need as a rule.</summary>
static class CertificateRole
{
    public static IReadOnlyList<string> Administrator { get; } = ["*.*"];

    /// <summary>Sees all and changes nothing.</summary>
    public static IReadOnlyList<string> Reader { get; } =
    [
        "ImageServer.Check*", "ImageServer.Find*", "ImageServer.Get*", "ImageServer.List*", "ObjectServer.Check*", "ObjectServer.Get*",
    ];

    /// <summary>An image server that copies another, or sends it what it gets.</summary>
    public static IReadOnlyList<string> Server { get; } =
    [
        "ImageServer.AddImageTrusted", "ImageServer.GetFilteredImageUpdates", "ImageServer.GetImage", "ImageServer.GetImageUpdates",
        "ObjectServer.AddObjects", "ObjectServer.CheckObjects", "ObjectServer.GetObjects",
    ];
}
