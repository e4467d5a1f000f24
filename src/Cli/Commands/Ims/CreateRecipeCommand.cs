using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ImageSdk.Cli.Context;
using ImageSdk.Ims.Http;
using ImageSdk.Ims.Uploads;

namespace ImageSdk.Cli.Commands.Ims;

/// <summary>imagesdk ims recipes create: a record, with its archive where one is given.</summary>
sealed class CreateRecipeCommand : ImsRecordCommand
{
    const string ArchiveName = "recipe.tar.gz";

    readonly Argument<string> name = new("NAME") { Description = "Name of the recipe" };
    readonly Option<string> type = new("--type") { Description = "What builds it: kiwi-ng, packer, imgproj", DefaultValueFactory = _ => "kiwi-ng", HelpName = "TYPE" };
    readonly Option<string> distribution = new("--distribution") { Description = "sles12, sles15, centos7, debian", DefaultValueFactory = _ => "sles15", HelpName = "NAME" };
    readonly Option<string> arch = new("--arch") { Description = "x86_64 or aarch64", DefaultValueFactory = _ => "x86_64", HelpName = "ARCH" };
    readonly Option<string[]> templates = new("--template") { Description = "A value for its templates, NAME=VALUE; several times for several", HelpName = "NAME=VALUE" };
    readonly Option<string?> archive = new("--archive") { Description = "A gzipped tar file with the recipe, which is uploaded", HelpName = "FILE" };

    public CreateRecipeCommand(ImsServiceOption service) : base(ImsKind.Recipes, service, "create", "Make a recipe, with its archive where one is given")
    {
        Add(name);
        foreach (var option in (Option[])[type, distribution, arch, templates, archive])
            Add(option);
    }

    // What was uploaded for a recipe that does not come about is removed.
    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context, ImsClient client)
    {
        var body = new JsonObject
        {
            ["name"] = arguments.GetRequiredValue(name), ["recipe_type"] = arguments.GetValue(type), ["linux_distribution"] = arguments.GetValue(distribution), ["arch"] = arguments.GetValue(arch),
            ["template_dictionary"] = new JsonArray([.. Pairs(arguments.GetValue(templates) ?? [], "--template").Select(pair => new JsonObject { ["key"] = pair.Key, ["value"] = pair.Value })]),
        };
        var file = arguments.GetValue(archive);
        var md5 = file is null ? "" : await DigestAsync(file, context.Cancellation);
        var record = (await client.SendAsync(HttpMethod.Post, Kind.PathOf(), body, context.Cancellation))!;
        return WriteMade(context, file is null ? record : await FillAsync(client, record["id"]!.ToString(), file, md5, context.Cancellation));
    }

    async Task<JsonNode?> FillAsync(ImsClient client, string id, string file, string md5, CancellationToken cancellation)
    {
        using var uploads = new SignedUpload(client, Kind.Path);
        try
        {
            var link = await uploads.UploadAsync(id, ArchiveName, file, md5, _ => { }, cancellation);
            var members = new JsonObject { ["path"] = link.Path, ["etag"] = link.Etag, ["type"] = link.Type };
            return await client.SendAsync(HttpMethod.Patch, Kind.PathOf(id), new JsonObject { ["link"] = members }, cancellation);
        }
        catch
        {
            await uploads.DropAsync(id, ArchiveName, CancellationToken.None);
            await client.SendAsync(HttpMethod.Delete, $"/v2/recipes/{id}?cascade=false", null, CancellationToken.None);
            throw;
        }
    }

    static async Task<string> DigestAsync(string file, CancellationToken cancellation)
    {
        await using var content = File.OpenRead(file);
#pragma warning disable CA5351 // The interface has this one; it protects nothing.
        return Convert.ToHexStringLower(await MD5.HashDataAsync(content, cancellation));
#pragma warning restore CA5351
    }
}
