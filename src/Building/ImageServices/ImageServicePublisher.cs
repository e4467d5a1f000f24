using System.Text.Json;
using ImageSdk.Artifacts.Formats;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Ims;
using ImageSdk.Ims.Http;
using ImageSdk.Ims.Publishing;
using ImageSdk.Ims.Uploads;

namespace ImageSdk.Building.ImageServices;

/// <summary>Brings what a machine is booted with over a network to an image management service. The same content under the same name is there once.</summary>
sealed class ImageServicePublisher(BuildPlan plan, IBuildListener listener)
{
    /// <param name="folder">The artifact of the format "kernel", with a root file system.</param>
    /// <exception cref="BuildException">The service or its S3 refuses, or cannot be reached.</exception>
    public async Task<ImageServicePublication> PublishAsync(ImageServiceRequest request, string folder, CancellationToken cancellation)
    {
        try
        {
            var (address, s3) = request.Check();
            var built = JsonFile.TryRead(plan.Project.ImageFile + ".json", StateJson.Default.BuiltImage)
                ?? throw new BuildException("IMG7002", $"There is no image to publish: {plan.Project.ImageFile} has not been built. Build the project first.", plan.Project.ProjectFile);
            var tags = new Dictionary<string, string> { ["imagesdk_image"] = built.Name, ["imagesdk_tree"] = built.TreeHash };
            foreach (var (name, value) in request.Tags)
                tags[name] = value;
            var image = new NewImage(
                request.ImageName.Length > 0 ? request.ImageName : built.Stream, ServiceArchitecture.Of(plan.Project.Architecture), ReadArtifacts(folder))
            {
                Tags = tags,
            };
            using var service = new ImsClient(address, request.Variable(ImsClient.TokenVariable));
            using IArtifactUpload uploads = s3 is null ? new SignedUpload(service) : new S3Upload(s3);
            var (record, ran) = await new ImagePublication(service, uploads, listener.Progress).PublishAsync(image, cancellation);
            return new(record.Id, record.Name, address.To($"/v3/images/{record.Id}"), ran);
        }
        catch (ImsException problem)
        {
            throw new BuildException(problem.Code, problem.Message, plan.Project.ProjectFile, inner: problem);
        }
    }

    static NewArtifact[] ReadArtifacts(string folder) =>
    [
        .. JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, "manifest.json")), ImsJson.Default.ImsManifest)!.Artifacts
            .Select(artifact => new NewArtifact(artifact.Link.Path, artifact.Type, Path.Combine(folder, artifact.Link.Path), artifact.Md5)),
    ];
}
