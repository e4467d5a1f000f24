using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Dominator;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Commands.Building;

/// <summary>imagesdk build build-image: has an imaginator build an image of a stream.</summary>
sealed class BuildImageCommand : ImageCommand
{
    readonly Argument<string> stream = new("STREAM") { Description = "The stream" };
    readonly Argument<string> branch = new("BRANCH") { Description = "A branch, a tag or a commit [default: master]", DefaultValueFactory = _ => "", Arity = ArgumentArity.ZeroOrOne };
    readonly DurationOption expiresIn = new("--expires-in", "How long until the image expires [default: 1h]") { DefaultValueFactory = _ => TimeSpan.FromHours(1) };
    readonly DurationOption sourceAge = new("--max-source-age", "How old the source image may be; 0 for any age [default: 1h]") { DefaultValueFactory = _ => TimeSpan.FromHours(1) };
    readonly DurationOption duration = new("--max-build-duration", "How long the build may take [default: 24h]") { DefaultValueFactory = _ => TimeSpan.FromHours(24) };
    readonly Option<string?> file = new("--image-file") { Description = "Write the image to a file; it is not added to the image server", HelpName = "FILE" };
    readonly Option<bool> onlyOne = new("--no-source-build") { Description = "Fail where the source image is missing or too old; else it is built first" };
    readonly BuildLogOption log = new();
    readonly VariablesOption variables = new();
    readonly ImaginatorOption imaginator;

    public BuildImageCommand(ImaginatorOption imaginator) : base("build-image", "Have an imaginator build an image of a stream; prints its name")
    {
        this.imaginator = imaginator;
        Add(stream);
        Add(branch);
        foreach (var option in (Option[])[expiresIn, sourceAge, duration, file, onlyOne, log])
            Add(option);
        variables.AddTo(this);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var name = arguments.GetRequiredValue(stream);
        var target = arguments.GetValue(file);
        var request = new BuildImageRequest
        {
            StreamName = name,
            GitBranch = arguments.GetRequiredValue(branch),
            ExpiresIn = arguments.GetValue(expiresIn),
            MaxSourceAge = arguments.GetValue(sourceAge),
            MaximumBuildDuration = arguments.GetValue(duration),
            DisableRecursiveBuild = arguments.GetValue(onlyOne),
            ReturnImage = target is not null,
            StreamBuildLog = true,
            Variables = variables.Read(arguments) is { Count: > 0 } read ? read : null,
        };
        using var shown = log.Open(arguments, context);
        var response = await AskAsync(request, shown, arguments, context);
        if (response.ErrorString.Length > 0)
        {
            shown.ShowFailed();
            throw new CommandException(ErrorCode.BuildFailed, $"{name} was not built: {response.ErrorString}");
        }
        if (target is not null)
            await OutputFile.WriteAsync(context.Host, target, output =>
            {
                ImageFile.Write(output, response.Image ?? throw new CommandException(ErrorCode.BuildFailed, $"{name}: the imaginator sent no image"));
                return Task.CompletedTask;
            });
        BuiltText.Write(context, response.ImageName, target);
        return ExitCode.Success;
    }

    async Task<BuildImageResponse> AskAsync(BuildImageRequest request, ShownLog shown, ParseResult arguments, CommandContext context)
    {
        try
        {
            return await imaginator.AskAsync(arguments, context, client => client.BuildImageAsync(request, shown.WriteAsync, context.Cancellation));
        }
        catch (SrpcException)
        {
            // How far it came.
            shown.ShowFailed();
            throw;
        }
    }
}
