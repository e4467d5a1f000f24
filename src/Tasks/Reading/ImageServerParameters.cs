using ImageSdk.Contracts.Projects;

namespace ImageSdk.Tasks.Reading;

/// <summary>The image server of a project, as its properties name it.</summary>
static class ImageServerParameters
{
    /// <summary>Null where the project names no server.</summary>
    /// <param name="absolute">Makes a path of the project absolute.</param>
    public static ImageServerSettings? Read(
        string address, string certificates, string authorities, string fingerprint, bool requireTls, int connections, Func<string, string> absolute) =>
        address.Length == 0 ? null : new(address, certificates.Length > 0 ? absolute(certificates) : "")
        {
            AuthoritiesFile = authorities.Length > 0 ? absolute(authorities) : "",
            Fingerprint = fingerprint.Trim(),
            RequireTls = requireTls,
            Connections = Math.Clamp(connections, 1, 64),
        };
}
