using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.ImageBuilder.Engine;

/// <summary>Rebuilds images. For many builds at once.</summary>
interface IImageEngine
{
    /// <summary>Rebuilds an image.</summary>
    /// <param name="plan">What of what.</param>
    /// <param name="log">Receives what happens.</param>
    /// <param name="report">Receives each step as it begins: its name, and a sentence about it.</param>
    /// <param name="cancellation">Ends the build; nothing of it is left but the cache.</param>
    /// <exception cref="BuildException">It fails, for a reason that the message explains.</exception>
    Task<IEngineOutput> RebuildAsync(EnginePlan plan, IBuildListener log, Func<string, string, Task> report, CancellationToken cancellation);
}

/// <summary>What to rebuild.</summary>
/// <param name="Key">Of the content: builds of one key never go on at once.</param>
/// <param name="Name">Of the image, among others of the same content.</param>
/// <param name="Source">The base image's file.</param>
/// <param name="Digest">What it has to be: "sha256:HEX"; empty for anything.</param>
/// <param name="Checksums">A list of sums that has it; null for none.</param>
sealed record EnginePlan(string Key, string Name, Uri Source, string Digest, Uri? Checksums, string Series, IReadOnlyList<string> Archives, IReadOnlyList<string> Packages);

/// <summary>An image that was rebuilt; its files are there until it is disposed of.</summary>
interface IEngineOutput : IDisposable
{
    /// <summary>The image's file.</summary>
    string File { get; }

    /// <summary>In the words of Glance.</summary>
    string DiskFormat { get; }

    /// <summary>The bill of materials (SPDX).</summary>
    string SbomFile { get; }

    /// <summary>Packages of the image, with their versions.</summary>
    IReadOnlyList<(string Name, string Version)> Packages { get; }

    /// <summary>Of the base image's file: "sha256:HEX".</summary>
    string SourceDigest { get; }
}
