using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Posix;
using ImageSdk.Trees.Templates;

namespace ImageSdk.Building.Manifests;

/// <summary>Carries out all templates before a stage runs, so that a mistake in one costs no work.</summary>
static class TemplateCheck
{
    /// <param name="listener">Told of values that a template writes although there are none.</param>
    /// <exception cref="BuildException">The first template with a mistake.</exception>
    public static void Check(ImageManifest manifest, IBuildListener listener, CancellationToken cancellation)
    {
        foreach (var tree in manifest.Trees.Where(tree => tree.Use == ProjectTreeUse.Template))
        {
            ManifestText.Reading(tree.Directory, () =>
            {
                using var directory = DirectoryHandle.Open(tree.Directory);
                Check(directory, manifest, listener, cancellation);
                return true;
            });
        }
    }

    static void Check(DirectoryHandle directory, ImageManifest manifest, IBuildListener listener, CancellationToken cancellation)
    {
        foreach (var name in directory.ReadNames())
        {
            cancellation.ThrowIfCancellationRequested();
            var status = directory.Stat(name);
            if (status.Kind == FileKind.Directory)
            {
                using var child = directory.OpenDirectory(name);
                Check(child, manifest, listener, cancellation);
                continue;
            }
            if (status.Kind != FileKind.Regular)
                continue;
            var file = Path.Join(directory.Path, Encoding.UTF8.GetString(name));
            TemplatedFile.Render(file, status.Size, () => directory.OpenRead(name), manifest.Environment, missing => listener.Report(new(
                DiagnosticSeverity.Warning, "IMG1153",
                $"{missing.Expression} has no value here: \"<no value>\" is written. Set the variable (ImageVariable), or test it with \"if\" or \"with\".",
                file, missing.Place.Line, missing.Place.Column)), cancellation);
        }
    }
}
