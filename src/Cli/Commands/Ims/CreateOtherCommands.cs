using System.CommandLine;
using System.Text.Json.Nodes;
using ImageSdk.Cli.Context;
using ImageSdk.Ims.Http;

namespace ImageSdk.Cli.Commands.Ims;

/// <summary>imagesdk ims keys create.</summary>
sealed class CreateKeyCommand : ImsRecordCommand
{
    readonly Argument<string> name = new("NAME") { Description = "Name of the key" };
    readonly Argument<string> file = new("FILE") { Description = "The public key, as ssh-keygen writes it: id_ed25519.pub" };

    public CreateKeyCommand(ImsServiceOption service) : base(ImsKind.Keys, service, "create", "Add a public key, which lets its owner into shells of jobs")
    {
        Add(name);
        Add(file);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context, ImsClient client)
    {
        var text = (await File.ReadAllTextAsync(arguments.GetRequiredValue(file), context.Cancellation)).Trim();
        // No private key leaves the machine by mistake.
        if (text.StartsWith("-----BEGIN", StringComparison.Ordinal))
            throw new Errors.CommandException(Errors.ErrorCode.Usage, $"{arguments.GetRequiredValue(file)} is a private key: name the file that ends with .pub");
        return WriteMade(context, await client.SendAsync(HttpMethod.Post, Kind.PathOf(), new JsonObject { ["name"] = arguments.GetRequiredValue(name), ["public_key"] = text }, context.Cancellation));
    }
}

/// <summary>imagesdk ims nodes create.</summary>
sealed class CreateNodeCommand : ImsRecordCommand
{
    readonly Argument<string> name = new("NAME") { Description = "Name or address of the machine" };

    public CreateNodeCommand(ImsServiceOption service) : base(ImsKind.Nodes, service, "create", "Register a machine on which jobs may run") => Add(name);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context, ImsClient client) =>
        WriteMade(context, await client.SendAsync(HttpMethod.Post, Kind.PathOf(), new JsonObject { ["xname"] = arguments.GetRequiredValue(name) }, context.Cancellation));
}

/// <summary>imagesdk ims jobs create.</summary>
sealed class CreateJobCommand : ImsRecordCommand
{
    readonly Argument<string> type = new("TYPE") { Description = "create: an image of a recipe; customize: of an image that is changed over SSH" };
    readonly Argument<string> artifact = new("ID") { Description = "The recipe or image" };
    readonly Option<string> key = new("--key") { Description = "Id of the public key that is let into its shell", Required = true, HelpName = "ID" };
    readonly Option<string> name = new("--name") { Description = "Name of the image that comes out", Required = true, HelpName = "NAME" };
    readonly Option<bool> debug = new("--debug") { Description = "Offer a shell where a create job fails" };
    readonly Option<bool> jail = new("--jail") { Description = "Shut the shell into the image" };

    public CreateJobCommand(ImsServiceOption service) : base(ImsKind.Jobs, service, "create", "Start a job")
    {
        type.AcceptOnlyFromAmong("create", "customize");
        Add(type);
        Add(artifact);
        foreach (var option in (Option[])[key, name, debug, jail])
            Add(option);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context, ImsClient client)
    {
        var body = new JsonObject
        {
            ["job_type"] = arguments.GetRequiredValue(type), ["artifact_id"] = arguments.GetRequiredValue(artifact), ["public_key_id"] = arguments.GetRequiredValue(key),
            ["image_root_archive_name"] = arguments.GetRequiredValue(name), ["enable_debug"] = arguments.GetValue(debug),
        };
        if (arguments.GetValue(jail))
            body["ssh_containers"] = new JsonArray(new JsonObject { ["name"] = arguments.GetRequiredValue(type), ["jail"] = true });
        return WriteMade(context, await client.SendAsync(HttpMethod.Post, Kind.PathOf(), body, context.Cancellation));
    }
}
