using ImageSdk.Contracts.Projects;
using ImageSdk.Images;

namespace ImageSdk.Building.Manifests;

/// <summary>The variables that manifests expand and scripts see.</summary>
static class BuildEnvironment
{
    /// <summary>Changes with every commit; stages that do not mention it must not run again for it.</summary>
    public const string CommitVariable = "MANIFEST_GIT_COMMIT_ID";

    const string BranchVariable = "REQUESTED_GIT_BRANCH";

    public static SortedDictionary<string, string> Create(ImageProject project, string? commitId)
    {
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in project.Variables)
            environment[variable.Name] = VariableExpansion.Expand(variable.Value, name => name == "IMAGE_STREAM" ? project.Stream : null);
        var slash = project.Stream.LastIndexOf('/');
        environment["ARCH"] = project.Architecture;
        environment["IMAGE_STREAM"] = project.Stream;
        environment["IMAGE_STREAM_DIRECTORY_NAME"] = slash < 0 ? "." : project.Stream[..slash];
        environment["IMAGE_STREAM_LEAF_NAME"] = project.Stream[(slash + 1)..];
        foreach (var (index, part) in project.Stream.Split('/').Index())
            environment[$"IMAGE_STREAM_{index}"] = part;
        foreach (var variable in project.RequestVariables.Where(variable => variable.Value.Length > 0))
            environment[variable.Name] = variable.Value;
        if (!string.IsNullOrEmpty(commitId))
            environment[CommitVariable] = commitId;
        if (project.Origin is { RequestedBranch: { Length: > 0 } branch })
            environment[BranchVariable] = branch;
        return environment;
    }
}
