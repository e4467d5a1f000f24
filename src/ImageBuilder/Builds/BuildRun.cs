using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Networking;
using ImageSdk.ImageBuilder.Destinations;
using ImageSdk.ImageBuilder.Engine;
using ImageSdk.ImageBuilder.Orders;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Running;

namespace ImageSdk.ImageBuilder.Builds;

/// <summary>Builds an image and brings it to its destination: a job of the kind <see cref="ImageBuilds.BuildKind"/>.</summary>
/// <param name="engine">What builds.</param>
/// <param name="images">Where images go.</param>
/// <param name="uploads">Where it is noted that one is on its way there.</param>
/// <param name="data">Where documents go.</param>
sealed class BuildRun(IImageEngine engine, IImageDestination images, UnfinishedUploads uploads, IDataStore data)
{
    static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<string?> RunAsync(JobContext context, CancellationToken stop)
    {
        var order = BuildOrder.Read(context.Job.Input);
        var log = new StreamListener(context.Log);
        if (context.Job.Attempt > 1)
            log.Write($"Attempt {context.Job.Attempt} of {context.Job.MaxAttempts}{(context.Job.Failure is { } before ? $", as the one before failed: {before}" : "")}");
        try
        {
            using var built = await engine.RebuildAsync(PlanOf(order), log, ReportAsync, stop);
            var image = Describe(order, context.Job, built);
            await ReportAsync(BuildSteps.Upload, "Bringing the image to its destination");
            uploads.Note(image.Id, context.Job.Id);
            var placed = await images.PlaceAsync(image, log.Progress, stop);
            log.Write($"The image is {placed.Id} at {placed.Location}");
            return new BuildResult(placed.Id, placed.Location, image.Name, await KeepDocumentsAsync(order, image, placed, built, log, stop)).ToString();
        }
        catch (Exception problem) when (!stop.IsCancellationRequested && TextOf(problem) is { } text)
        {
            log.Write(text);
            throw IsFinal(problem) ? new JobFailedException(text, problem) : new BuildTroubleException(text, problem);
        }
        catch (Exception problem) when (!stop.IsCancellationRequested)
        {
            log.Write($"A mistake of ours: {problem}");
            throw;
        }

        async Task ReportAsync(string step, string message)
        {
            log.Write($"== {step}: {message}");
            await context.ReportAsync(new BuildStep(step, message).ToString(), stop);
        }
    }

    static EnginePlan PlanOf(BuildOrder order) => new(
        order.Key, BaseNameOf(order), order.BaseImage.Image, order.BaseImage.Digest, order.BaseImage.Checksums, order.BaseImage.Series, order.PpaList, order.PackageList);

    static string NameOf(BuildOrder order, Job job) => string.Create(CultureInfo.InvariantCulture, $"{BaseNameOf(order)}-{job.Id}");

    // Of letters that every store takes. Builds of the same content have the same one: what is made already, is the answer.
    static string BaseNameOf(BuildOrder order)
    {
        var name = Path.GetFileNameWithoutExtension(Uri.UnescapeDataString(order.BaseImage.Image.AbsolutePath));
        var plain = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' ? letter : '-')).Trim('.', '-');
        return plain.Length > 0 ? plain[..Math.Min(plain.Length, 100)] : order.BaseImage.Series;
    }

    static RebuiltImage Describe(BuildOrder order, Job job, IEngineOutput built)
    {
        using var sbom = File.OpenRead(built.SbomFile);
        return new(order.ImageId, NameOf(order, job), built.File, built.DiskFormat, new Dictionary<string, string>
        {
            ["series"] = order.BaseImage.Series,
            ["image_type"] = order.BaseImage.ImageType,
            ["packages"] = string.Join(' ', order.PackageList),
            ["archives"] = string.Join(' ', order.PpaList),
            ["source"] = order.BaseImage.Image.GetLeftPart(UriPartial.Path),
            ["source_digest"] = built.SourceDigest,
            ["sbom_sha256"] = Convert.ToHexStringLower(SHA256.HashData(sbom)),
        });
    }

    // The image is there: a store that is away fails nothing.
    async Task<IReadOnlyList<BuildArtifact>> KeepDocumentsAsync(BuildOrder order, RebuiltImage image, PlacedImage placed, IEngineOutput built, StreamListener log, CancellationToken stop)
    {
        var artifacts = new List<BuildArtifact> { new(image.Name, "IMAGE", placed.Location) };
        using var manifest = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new
        {
            image.Name, ImageId = placed.Id, placed.Location, image.DiskFormat, image.Properties, Request = new { order.BaseImage, order.PpaList, order.PackageList },
            Packages = built.Packages.Select(package => new { package.Name, package.Version }),
        }, json));
        await using var sbom = File.OpenRead(built.SbomFile);
        foreach (var (name, type, contentType, content) in new (string, string, string, Stream)[] { ("manifest.json", "MANIFEST", "application/json", manifest), ("sbom.spdx.json", "SBOM", "application/spdx+json", sbom) })
            try
            {
                artifacts.Add(new(name, type, await DataRetry.PutAsync(data, ContainerOf(order.ImageId), name, contentType, content, stop)));
            }
            catch (DestinationException problem)
            {
                log.Write($"(warning) {problem.Code}: {name} is not kept: {problem.Message}");
            }
        return artifacts;
    }

    /// <summary>The container of an image's documents.</summary>
    public static string ContainerOf(Guid image) => $"imagebuilder.{image}";

    // Trouble of a file system or a network may pass; what a build or a store says about the request does not.
    static bool IsFinal(Exception problem) => problem switch
    {
        // Of a download what the server says of the request counts, not that it is away.
        BuildException { Diagnostic.Code: "IMG2261" or "IMG4390" or "IMG4392" } => IsRefused(problem),
        DestinationException destination => !destination.IsTransient,
        BuildException => true,
        _ => false,
    };

    static bool IsRefused(Exception? problem) => problem switch
    {
        null => false,
        DeniedAddressException or FileNotFoundException or UnauthorizedAccessException => true,
        HttpRequestException { StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests } => false,
        HttpRequestException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError } => true,
        _ => IsRefused(problem.InnerException),
    };

    static string? TextOf(Exception problem) => problem switch
    {
        BuildException { Diagnostic: var diagnostic } => $"{diagnostic.Code}: {diagnostic.Message}",
        DestinationException destination => $"{destination.Code}: {destination.Message}",
        HttpRequestException or IOException or UnauthorizedAccessException => $"IMG7406: {problem.Message}",
        _ => null,
    };
}

/// <summary>A build has failed for a reason that may pass.</summary>
sealed class BuildTroubleException(string message, Exception inner) : Exception(message, inner);
