using System.CommandLine;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Cli.Caches;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk remove-artifact: removes folders that builds made and that an ordinary user cannot remove himself.</summary>
sealed class RemoveArtifactCommand : LocalCommand
{
    readonly Argument<string[]> paths = new("PATH")
    {
        Description = "A folder that a build made of an image: NAME.directory, NAME.oci, NAME.kernel, or a copy of one",
        Arity = ArgumentArity.OneOrMore,
    };

    readonly Option<bool> force = new("--force") { Description = "Also folders that nothing marks as made by a build" };

    public RemoveArtifactCommand()
        : base("remove-artifact", "Remove artifacts that are folders, whoever the files in them belong to, and their records")
    {
        Add(paths);
        Add(force);
    }

    // The worker ends only on request.
    protected override bool NeedsCleaning => true;

    protected override int Execute(ParseResult arguments, CommandContext context)
    {
        var folders = arguments.GetValue(paths)!.Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))).Distinct(StringComparer.Ordinal).ToList();
        foreach (var folder in folders)
        {
            if (!Directory.Exists(folder))
                throw new CommandException(ErrorCode.NoArtifact, $"there is no folder {folder}");
            if (!arguments.GetValue(force) && !ArtifactFolders.IsOne(folder))
                throw new CommandException(ErrorCode.NoArtifact, $"{folder} is no folder that a build made: it has no record ({folder}.json) and no such name; --force removes it all the same");
        }
        using var workers = ToolWorkers.Create();
        ArtifactFolders.RemoveAsync(
            folders, () => CacheLocation.Find(null, context.Host.GetVariable), workers, new CacheListener(context), context.Cancellation).GetAwaiter().GetResult();
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteList(folders, json.WriteStringValue));
        else
            foreach (var folder in folders)
                context.Host.Text.WriteLine($"removed {OneLine.Of(folder)}");
        return ExitCode.Success;
    }
}
