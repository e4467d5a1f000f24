using System.CommandLine;
using System.IO.Enumeration;
using System.Text.Json;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Repositories;
using ImageSdk.Cli.Views;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk list: names in version order, and what there is to each.</summary>
sealed class ListCommand : ImageCommand
{
    readonly Argument<string?> pattern = new("PATTERN")
    {
        Description = "A directory, an image, or a pattern in which * stands for any characters and ? for one",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly SelectionOptions selection = new();
    readonly Option<bool> names = new("--names") { Description = "Names only, one a line; so it is when piped" };

    public ListCommand() : base("list", "List images")
    {
        Add(pattern);
        Add(names);
        selection.AddTo(this, withCommit: false);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var chosen = selection.Read(arguments);
        if (context.Repository is ServerRepository)
        {
            NameList.Write(context, await SelectAsync(context.Repository, arguments.GetValue(pattern), chosen, context.Cancellation));
            return ExitCode.Success;
        }
        var images = context.Images;
        var found = Select(images, arguments.GetValue(pattern), context);
        if (chosen.IgnoreExpiring || chosen.Tags is not null)
            found = [.. found.Intersect(await context.Repository.ListAsync(chosen, context.Cancellation))];
        var onlyNames = arguments.GetValue(names);
        if (context.IsJson)
        {
            context.Host.WriteJson(json =>
            {
                if (onlyNames)
                    json.WriteList(found, json.WriteStringValue);
                else
                    json.WriteList(Read(images, found, context), image => Write(json, image));
            });
        }
        else if (onlyNames || !context.Host.IsTerminal)
        {
            foreach (var name in found)
                context.Host.Text.WriteLine(name);
        }
        else
            ImageTable.Write(context.Host.Text, Read(images, found, context));
        return ExitCode.Success;
    }

    static async Task<IReadOnlyList<string>> SelectAsync(
        IImageRepository repository, string? pattern, ImageSelection selection, CancellationToken cancellation)
    {
        if (pattern is null)
            return await repository.ListAsync(selection, cancellation);
        if (pattern.AsSpan().ContainsAny('*', '?'))
        {
            var all = await repository.ListAsync(selection, cancellation);
            return [.. all.Where(name => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))];
        }
        if (await repository.DirectoryExistsAsync(pattern.TrimEnd('/'), cancellation))
            return await repository.ListAsync(selection with { Directory = pattern }, cancellation);
        return await repository.ExistsAsync(pattern, cancellation)
            ? [pattern]
            : throw new CommandException(
                ErrorCode.UnknownImage, $"there is no directory or image {pattern} in {repository.Place}: use * for a pattern");
    }

    static IReadOnlyList<string> Select(ImageStore images, string? pattern, CommandContext context)
    {
        if (pattern is null)
            return images.List();
        if (pattern.AsSpan().ContainsAny('*', '?'))
            return images.List().Where(name => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)).ToArray();
        var name = pattern.TrimEnd('/');
        if (name != ImageName.RootDirectory && ImageName.FindFault(name) is { } fault)
            throw new CommandException(ErrorCode.UnknownImage, $"\"{pattern}\" cannot be the name of a directory or an image: {fault}");
        if (images.DirectoryExists(name))
            return images.List(name);
        return images.Exists(name)
            ? [name]
            : throw new CommandException(
                ErrorCode.UnknownImage, $"there is no directory or image {pattern} in {context.Location.Images}: use * for a pattern");
    }

    static IEnumerable<ListedImage> Read(ImageStore images, IEnumerable<string> names, CommandContext context)
    {
        foreach (var name in names)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            if (Read(images, name) is { } row)
                yield return row;
        }
    }

    static ListedImage? Read(ImageStore images, string name)
    {
        try
        {
            // Null where it was deleted since it was listed.
            return images.Get(name) is { } image
                ? new(name, image.CreatedOn, image.FileSystem?.RegularInodeCount, image.FileSystem?.TotalDataBytes, null)
                : null;
        }
        catch (ImageFileException exception)
        {
            return new(name, null, null, null, exception.Message);
        }
    }

    static void Write(Utf8JsonWriter json, ListedImage image) => json.WriteMembers(() =>
    {
        json.WriteString("name", image.Name);
        json.WriteTime("createdOn", image.CreatedOn);
        if (image.Files is { } files)
            json.WriteNumber("files", files);
        if (image.Bytes is { } bytes)
            json.WriteNumber("bytes", bytes);
        json.WriteText("fault", image.Fault);
    });
}
