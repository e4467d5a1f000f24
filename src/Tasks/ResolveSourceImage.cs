using System.Security.Cryptography;
using System.Text;
using ImageSdk.Building;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Finds the image that the project is built on, or names the project that has to be built first.</summary>
[MSBuildMultiThreadableTask]
public sealed class ResolveSourceImage : ImageTask
{
    /// <summary>False on the second try.</summary>
    public bool MayBuild { get; set; } = true;

    /// <summary>Image files of the projects that this one references.</summary>
    public ITaskItem[] ReferencedImages { get; set; } = [];

    /// <summary>The project to build and publish before a second try; empty where the source is at hand.</summary>
    [Output]
    public string ProjectToBuild { get; set; } = "";

    /// <summary>The variables for that build, NAME=value, one a line.</summary>
    [Output]
    public string ProjectVariables { get; set; } = "";

    /// <summary>
    /// A name for this variant of the project, so that its outputs don't mix with those of the project without variables;
    /// empty where there are none.
    /// </summary>
    [Output]
    public string ProjectVariant { get; set; } = "";

    private protected override void Execute(ImageBuild build)
    {
        if (build.ResolveSource([.. ReferencedImages.Select(image => Absolute(image.ItemSpec))], MayBuild) is not { } source)
            return;
        ProjectToBuild = source.Project;
        if (source.Variables is [])
            return;
        ProjectVariables = string.Join('\n', source.Variables.Select(variable => $"{variable.Name}={variable.Value}"));
        ProjectVariant = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ProjectVariables)).AsSpan(0, 4));
    }
}
