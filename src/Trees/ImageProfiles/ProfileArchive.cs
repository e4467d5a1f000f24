using System.Globalization;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Trees.ImageProfiles;

/// <summary>
/// The content of a profile as a tar file, written and read by the host's tar, which keeps modes, links and names that are no text. Each
/// source has a folder of its number: a directory its entries, a file itself.
/// </summary>
public static class ProfileArchive
{
    public static void Write(string archive, IReadOnlyList<string> sources)
    {
        // Times are the files' own unless the build has one.
        List<string> time = Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH") is { Length: > 0 } epoch ? [$"--mtime=@{epoch}"] : [];
        File.Delete(archive);
        foreach (var (number, source) in sources.Index())
        {
            var isDirectory = Directory.Exists(source);
            Run(isDirectory ? source : Path.GetDirectoryName(source)!,
            [
                "--append", $"--file={archive}", "--format=gnu", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", .. time,
                string.Create(CultureInfo.InvariantCulture, $"--transform=flags=rh;s,^\\.,{number},"),
                isDirectory ? "." : "./" + Path.GetFileName(source),
            ]);
        }
    }

    /// <summary>Puts the content into a folder that appears when it is complete. Nothing happens where it is there.</summary>
    /// <param name="package">Its name, for the error.</param>
    /// <exception cref="BuildException">IMG1571: the archive is damaged.</exception>
    public static void Unpack(string archive, string folder, string package)
    {
        if (Directory.Exists(folder))
            return;
        var partial = $"{folder}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(partial);
        try
        {
            Run(partial, ["--extract", $"--file={archive}", "--preserve-permissions", "--no-same-owner"]);
            if (!Directory.Exists(folder))
                Directory.Move(partial, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another build of the project was first.
        }
        catch (IOException exception)
        {
            throw new BuildException("IMG1571",
                $"The profile package {package} is damaged: {exception.Message.TrimEnd('.')}. Delete {Path.GetDirectoryName(Path.GetDirectoryName(archive))} and restore again; if that does not help, have the package made again.", inner: exception);
        }
        finally
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
        }
    }

    static void Run(string directory, IReadOnlyList<string> options)
    {
        using var process = HostPrograms.Start("tar", "tar", [$"--directory={directory}", .. options]);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        output.Wait();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new IOException(error.Trim().Split('\n').FirstOrDefault(line => line.Length > 0) ?? $"tar ended with exit code {process.ExitCode}");
    }
}
