using System.ComponentModel;
using System.Diagnostics;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Finding;

/// <summary>The image that a project built: its place is what MSBuild says, as a project may put it anywhere.</summary>
static class ProjectImage
{
    public static bool IsProject(string reference) => reference.EndsWith(".imgproj", StringComparison.OrdinalIgnoreCase) && File.Exists(reference);

    /// <summary>The project of that path, or the one in that folder.</summary>
    /// <exception cref="CommandException">There is none, or more than one.</exception>
    public static string FindProject(string reference)
    {
        if (IsProject(reference))
            return reference;
        return Directory.Exists(reference) ? Directory.GetFiles(reference, "*.imgproj") switch
        {
            [var only] => only,
            [] => throw new CommandException(ErrorCode.NoProjectImage, $"the folder {reference} has no image project (.imgproj)"),
            var several => throw new CommandException(ErrorCode.NoProjectImage, $"the folder {reference} has several image projects: name one of {string.Join(", ", several.Select(Path.GetFileName).Order(StringComparer.Ordinal))}"),
        } : throw new CommandException(ErrorCode.NoProjectImage, $"{reference} is no project: name an .imgproj, or its folder");
    }

    /// <returns>The image file, which need not be there.</returns>
    /// <exception cref="CommandException">The project cannot be evaluated.</exception>
    public static Task<string> FindAsync(string project, Func<string, string?> getVariable, CancellationToken cancellation) =>
        ReadAsync(project, "TargetPath", getVariable, cancellation);

    /// <returns>The folder of the build's state, which need not be there.</returns>
    /// <exception cref="CommandException">The project cannot be evaluated.</exception>
    public static async Task<string> FindStateAsync(string project, Func<string, string?> getVariable, CancellationToken cancellation) =>
        Path.GetFullPath(await ReadAsync(project, "ImageStateDirectory", getVariable, cancellation), Path.GetDirectoryName(Path.GetFullPath(project))!);

    static async Task<string> ReadAsync(string project, string property, Func<string, string?> getVariable, CancellationToken cancellation)
    {
        var dotnet = getVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
        try
        {
            using var msbuild = Process.Start(new ProcessStartInfo(dotnet, ["msbuild", Path.GetFullPath(project), "-nologo", $"-getProperty:{property}"])
            {
                RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
            })!;
            try
            {
                msbuild.StandardInput.Close();
                var error = msbuild.StandardError.ReadToEndAsync(cancellation);
                var output = (await msbuild.StandardOutput.ReadToEndAsync(cancellation)).Trim();
                await msbuild.WaitForExitAsync(cancellation);
                return msbuild.ExitCode == 0 && output.Length > 0 ? output : throw Failed(project, $"{output} {await error}".Trim());
            }
            finally
            {
                if (!msbuild.HasExited)
                    msbuild.Kill(entireProcessTree: true);
            }
        }
        catch (Win32Exception exception)
        {
            throw Failed(project, $"{dotnet}: {exception.Message}");
        }
    }

    static CommandException Failed(string project, string why) => new(ErrorCode.NoProjectImage,
        $"where the build of {project} lies cannot be found out: {why.ReplaceLineEndings(" ")}: restore the project first (dotnet restore), or name its image file");
}
