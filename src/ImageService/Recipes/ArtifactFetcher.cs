using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Recipes;

/// <summary>Fetches what a job works on.</summary>
/// <param name="pause">From a failed attempt to the next.</param>
sealed class ArtifactFetcher(IArtifactStore artifacts, TimeSpan pause)
{
    const int Attempts = 20;

    /// <summary>Fetches an artifact into a file and compares it with the sum that is known of it.</summary>
    /// <param name="md5">That a manifest says; null where only the store may know one.</param>
    /// <exception cref="RunException">IMG7620: it is not there, or another one.</exception>
    public async Task FetchAsync(RunContext run, ArtifactPath path, string file, string? md5, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                run.Log.Write($"Fetching {path}");
                if (await artifacts.FindAsync(path, cancellation) is not { } found || !await artifacts.DownloadAsync(path, file, cancellation))
                    throw new RunException("IMG7620", $"{path} is not there any more.");
                var expected = found.Metadata.GetValueOrDefault("md5sum") is { Length: > 0 } own ? own : md5;
                await using var content = File.OpenRead(file);
                var sum = Convert.ToHexStringLower(await MD5.HashDataAsync(content, cancellation));
                if (string.IsNullOrEmpty(expected) || sum.Equals(expected, StringComparison.OrdinalIgnoreCase))
                    return;
                // What was cut off on the way may come whole the next time.
                if (attempt >= Attempts)
                    throw new RunException("IMG7620", $"{path} has the MD5 sum {sum}; expected {expected}. Upload it again.");
                run.Log.Write($"It has the MD5 sum {sum}; expected {expected}. Trying again");
                await Task.Delay(pause, cancellation);
            }
            catch (ArtifactException problem) when (attempt < Attempts)
            {
                run.Log.Write($"The store of artifacts does not give it, trying again: {problem.Message}");
                await Task.Delay(pause, cancellation);
            }
            catch (ArtifactException problem)
            {
                throw new RunException("IMG7620", $"{path} cannot be fetched: {problem.Message}", problem);
            }
    }

    /// <summary>Fetches the archive of a recipe and unpacks it into a folder.</summary>
    /// <exception cref="RunException">IMG7620 or IMG7622: it is not there, or no archive.</exception>
    public async Task FetchRecipeAsync(RunContext run, Recipe recipe, string folder, CancellationToken cancellation)
    {
        if (recipe.Link is null || !ArtifactPath.TryParse(recipe.Link.Path, out var path))
            throw new RunException("IMG7620", $"The recipe {recipe.Id} has no archive any more.");
        var archive = folder + ".archive";
        await FetchAsync(run, path, archive, md5: null, cancellation);
        try
        {
            // The program finds out itself how it is compressed, and writes nothing outside of the folder.
            var start = new ProcessStartInfo("/usr/bin/tar", ["--extract", "--file", archive, "--directory", folder, "--no-same-owner", "--same-permissions"])
            {
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            await using (cancellation.Register(process.Kill))
            {
                var said = await process.StandardError.ReadToEndAsync(CancellationToken.None);
                await process.WaitForExitAsync(CancellationToken.None);
                cancellation.ThrowIfCancellationRequested();
                if (process.ExitCode != 0)
                    throw new RunException("IMG7622", $"The recipe's archive cannot be unpacked: {said.Trim().Split('\n')[0]}. Expected a tar file, compressed or not (recipe.tar.gz).");
            }
        }
        catch (Win32Exception problem)
        {
            throw new RunException("IMG7621", $"tar cannot be started: {problem.Message}", problem);
        }
        finally
        {
            File.Delete(archive);
        }
    }
}
