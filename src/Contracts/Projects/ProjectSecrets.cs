using System.Text;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Contracts.Projects;

/// <summary>The values of a project's secrets.</summary>
static class ProjectSecrets
{
    /// <exception cref="BuildException">One cannot be had: IMG1015.</exception>
    public static IReadOnlyList<SecretValue> Read(ImageProject project) => [.. project.Sandbox.Secrets.Select(secret => Read(secret, project.ProjectFile))];

    /// <summary>A mask of those that can be had.</summary>
    /// <param name="others">Texts that are masked as well.</param>
    public static SecretMask Mask(ImageProject project, IEnumerable<string>? others = null)
    {
        var values = (others ?? []).Select(Encoding.UTF8.GetBytes).ToList();
        foreach (var secret in project.Sandbox.Secrets)
            try
            {
                values.Add(Read(secret, project.ProjectFile).Value);
            }
            catch (BuildException)
            {
                // A build that runs nothing needs none.
            }
        return new(values);
    }

    static SecretValue Read(Secret secret, string projectFile)
    {
        if (secret.EnvironmentVariable is { Length: > 0 } variable)
            return new(secret.Name, Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable(variable)
                ?? throw new BuildException("IMG1015", $"Secret \"{secret.Name}\" is to come from the environment variable {variable}, which is not set.", projectFile)));
        try
        {
            return new(secret.Name, File.ReadAllBytes(secret.File!));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BuildException("IMG1015", $"Secret \"{secret.Name}\" can't be read from \"{secret.File}\": {exception.Message}", projectFile);
        }
    }
}
