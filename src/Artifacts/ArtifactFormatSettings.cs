namespace ImageSdk.Artifacts;

/// <summary>A format with what a project says of it.</summary>
public static class ArtifactFormatSettings
{
    /// <summary>Reads the project's settings and checks that they go together.</summary>
    /// <param name="said">What the project says, by names of options in any case; an empty value says nothing.</param>
    /// <exception cref="ArtifactException">
    /// IMG6002: there is no such option, or it does not accept the value; or what <see cref="IArtifactFormat.Check"/> finds.
    /// </exception>
    public static ArtifactSettings ReadSettings(this IArtifactFormat format, IReadOnlyDictionary<string, string> said)
    {
        var settings = ArtifactSettings.Read(format.Name, format.Options, said);
        format.Check(settings);
        return settings;
    }

    /// <summary>The name that the project wants for the file, or else the format's own.</summary>
    /// <param name="image">Name of the image's record without its extension.</param>
    public static string OutputName(this IArtifactFormat format, string image, ArtifactSettings settings) =>
        settings.OutputName ?? format.FileName(image, settings);
}
