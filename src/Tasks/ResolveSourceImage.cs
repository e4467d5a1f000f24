using System.Security.Cryptography;
using System.Text;
using ImageSdk.Building;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Finds the image that the project is built on, or names the project that has to be built first.</summary>
[MSBuildMultiThreadableTask]
public sealed class ResolveSourceImage : ImageTask
{
    /// <summary>Variables for the build of the source image; metadata Value.</summary>
    public ITaskItem[] BuildVariables { get; set; } = [];

    /// <summary>False on the second try.</summary>
    public bool MayBuild { get; set; } = true;

    /// <summary>Image files of the projects that this one references.</summary>
    public ITaskItem[] ReferencedImages { get; set; } = [];

    /// <summary>The project to build and publish before a second try; empty where the source is at hand.</summary>
    [Output]
    public string ProjectToBuild { get; set; } = "";

    /// <summary>Properties for that build, as the MSBuild task takes them.</summary>
    [Output]
    public string ProjectProperties { get; set; } = "";

    private protected override void Execute(ImageBuild build)
    {
        ProjectToBuild = build.ResolveSource([.. ReferencedImages.Select(image => Absolute(image.ItemSpec))], MayBuild) ?? "";
        if (ProjectToBuild is not "" && BuildVariables is not [])
            ProjectProperties = Properties(BuildVariables);
    }

    /// <summary>
    /// The variables as one property of lines, and a name for this variant of the project so that its outputs don't mix
    /// with those of the project without variables.
    /// </summary>
    static string Properties(ITaskItem[] variables)
    {
        var lines = string.Join('\n', variables.Select(variable => $"{variable.ItemSpec}={variable.GetMetadata("Value")}"));
        var variant = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines)).AsSpan(0, 4));
        var escaped = lines.Replace("%", "%25").Replace(";", "%3B").Replace("\n", "%0A");
        return $"ImageVariables={escaped};_ImageVariant={variant}";
    }
}
