using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Ims.Http;
using ImageSdk.Ims.Publishing;
using ImageSdk.Ims.Records;
using ImageSdk.Ims.Uploads;

namespace ImageSdk.Cli.Commands.Ims;

/// <summary>imagesdk ims images create: a record alone or, where a root file system is given, an image with its artifacts.</summary>
sealed class CreateImageCommand : ImsRecordCommand
{
    static readonly (string Name, string Type)[] artifacts =
    [
        ("rootfs", ServiceArtifact.Root), ("kernel", "application/vnd.cray.image.kernel"),
        ("initrd", "application/vnd.cray.image.initrd"), ("boot_parameters", "application/vnd.cray.image.parameters.boot"),
    ];

    readonly Argument<string> name = new("NAME") { Description = "Name of the image" };
    readonly Option<string> arch = new("--arch") { Description = "x86_64 or aarch64", DefaultValueFactory = _ => "x86_64", HelpName = "ARCH" };
    readonly Option<string[]> tags = new("--tag") { Description = "A tag, NAME=VALUE; several times for several", HelpName = "NAME=VALUE" };
    readonly Option<string?>[] files = [.. artifacts.Select(artifact => new Option<string?>("--" + artifact.Name.Replace('_', '-')) { Description = $"File that is uploaded as {artifact.Name}", HelpName = "FILE" })];

    public CreateImageCommand(ImsServiceOption service) : base(ImsKind.Images, service, "create", "Make an image; with --rootfs, upload its artifacts, once for their content")
    {
        Add(name);
        foreach (var option in (Option[])[arch, tags, .. files])
            Add(option);
    }

    // What was uploaded of an image that does not come about is removed.
    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context, ImsClient client)
    {
        var given = artifacts.Zip(files, (artifact, option) => (Artifact: artifact, File: arguments.GetValue(option))).Where(item => item.File is not null).ToList();
        var metadata = Pairs(arguments.GetValue(tags) ?? [], "--tag").GroupBy(tag => tag.Key).ToDictionary(tag => tag.Key, tag => tag.Last().Value);
        if (given.Count == 0)
            return WriteMade(context, await client.SendAsync(HttpMethod.Post, Kind.PathOf(), new JsonObject
            {
                ["name"] = arguments.GetRequiredValue(name), ["arch"] = arguments.GetValue(arch),
                ["metadata"] = new JsonObject(metadata.Select(tag => KeyValuePair.Create(tag.Key, (JsonNode?)tag.Value))),
            }, context.Cancellation));
        if (given[0].Artifact.Type != ServiceArtifact.Root)
            throw new CommandException(ErrorCode.Usage, "an image has a root file system: name it with --rootfs FILE");
        var found = new List<NewArtifact>();
        foreach (var (artifact, file) in given)
            found.Add(new(artifact.Name, artifact.Type, file!, await DigestAsync(file!, context.Cancellation)));
        var image = new NewImage(arguments.GetRequiredValue(name), arguments.GetValue(arch)!, found) { Tags = metadata };
        var s3 = S3Settings.Read(context.Host.GetVariable);
        using IArtifactUpload uploads = s3 is null ? new SignedUpload(client) : new S3Upload(s3);
        var (made, _) = await new ImagePublication(client, uploads, context.Host.Error.WriteLine).PublishAsync(image, context.Cancellation);
        return WriteMade(context, await client.SendAsync(HttpMethod.Get, Kind.PathOf(made.Id), null, context.Cancellation));
    }

    static async Task<string> DigestAsync(string file, CancellationToken cancellation)
    {
        await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.Asynchronous);
#pragma warning disable CA5351 // Manifests of images have this one; it protects nothing.
        return Convert.ToHexStringLower(await MD5.HashDataAsync(content, cancellation));
#pragma warning restore CA5351
    }
}
