using System.Text.RegularExpressions;
using ImageSdk.Building.Fetching;
using ImageSdk.Building.Settings;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Manifests;

/// <summary>What can be wrong in a project without looking at anything else.</summary>
static partial class ProjectCheck
{
    public static void Check(ImageProject project)
    {
        RequireStream("ImageStream", project.Stream, project.Stream == Path.GetFileNameWithoutExtension(project.ProjectFile) ? ", which is the project's name," : "");
        foreach (var buildable in project.Source.BuildableStreams)
            RequireStream("BuildableImageStream", buildable.Name, "");
        if (project.UseManifestDirectory && !Directory.Exists(project.ManifestDirectory))
            throw Error("IMG1002", $"ManifestDirectory {project.ManifestDirectory} does not exist.");
        if (project.Bootstrap is not null && project.Source.Stream.Length > 0)
            throw Error("IMG1003", "The project names both a source image and a bootstrap. An image is built on one or from the other: remove SourceImage or the Bootstrap properties.");
        if (project.Bootstrap is { SourceFile: { Length: > 0 } unpacked })
            RequireFile(unpacked, "SourceImageFile");
        if (project.Bootstrap is { Download: { } download })
        {
            if (SourceDownloader.Check(download, project.ProjectFile) is { } fault)
                throw new BuildException(fault);
            if (download.KeyFile.Length > 0)
                RequireFile(download.KeyFile, "SourceImageKey");
        }
        foreach (var file in project.Files)
        {
            if (!IsAbsoluteInImage(file.TargetPath) || file.TargetPath.EndsWith('/'))
                throw Error("IMG1004", $"TargetPath \"{file.TargetPath}\" of {file.Source} is not an absolute path of a file in the image; \".\" and \"..\" are not allowed.");
            RequireFile(file.Source, "ImageFile");
            if (file.Mode.Length > 0 && !OctalMode().IsMatch(file.Mode))
                throw Error("IMG1005", $"Mode \"{file.Mode}\" of {file.Source} is not an octal number such as 0644.");
        }
        foreach (var script in project.Scripts)
            RequireFile(script.File, "ImageScript");
        foreach (var test in project.Tests)
            RequireFile(test, "ImageTest");
        foreach (var tree in project.Trees)
        {
            if (!Directory.Exists(tree.Directory))
                throw Error("IMG1006", $"ImageTree {tree.Directory} does not exist or is no directory.");
            if (tree.TargetPath.Length > 0 && !IsAbsoluteInImage(tree.TargetPath))
                throw Error("IMG1004", $"TargetPath \"{tree.TargetPath}\" of {tree.Directory} is not an absolute path of a directory in the image; \".\" and \"..\" are not allowed.");
        }
        foreach (var mount in project.Sandbox.BindMounts)
        {
            if (!Path.Exists(mount.Source))
                throw Error("IMG1007", $"Bind mount source {mount.Source} does not exist.");
            if (!mount.Target.StartsWith('/') || mount.Target.Split('/').Any(part => part is "." or "..") || mount.Target == "/")
                throw Error("IMG1008", $"Bind mount target \"{mount.Target}\" is not an absolute path below the image's root.");
        }
        foreach (var secret in project.Sandbox.Secrets)
            if (secret.Name.Length == 0 || secret.Name.Contains('/') || secret.Name is "." or "..")
                throw Error("IMG1009", $"\"{secret.Name}\" is no name for a secret: it becomes a file in /run/secrets.");
        foreach (var variable in project.Variables)
            if (!VariableName().IsMatch(variable.Name))
                throw Error("IMG1014", $"\"{variable.Name}\" is no name for a variable: use letters, digits and \"_\".");
        SettingsCheck.Check(project.Settings);
        foreach (var owner in project.Trees.Select(tree => tree.Owner).Concat(project.Files.Select(file => file.Owner)))
            OwnerCheck.Check(owner);

        void RequireStream(string from, string name, string origin)
        {
            if (ImageName.FindStreamFault(name) is { } fault)
                throw Error("IMG1001", $"\"{name}\"{origin} is no name for an image stream: {fault}. Set {from} to {ImageName.StreamRule}.");
        }

        void RequireFile(string file, string item)
        {
            if (ManifestDirectory.KindOf(file) != FileKind.Regular)
                throw Error("IMG1006", $"{item} {file} does not exist or is no file.");
        }

        BuildException Error(string code, string message) => new(code, message, project.ProjectFile);
    }

    static bool IsAbsoluteInImage(string path) => path.StartsWith('/') && !path.Split('/').Any(part => part is "." or "..");

    [GeneratedRegex("^[0-7]{3,4}$")]
    private static partial Regex OctalMode();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex VariableName();
}
