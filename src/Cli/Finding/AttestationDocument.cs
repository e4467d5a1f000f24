using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;

namespace ImageSdk.Cli.Finding;

/// <summary>A document about an image: beside an image file, or kept with an image in a store or on a server.</summary>
static class AttestationDocument
{
    /// <exception cref="CommandException">The image has none of that kind, or it is elsewhere.</exception>
    public static Stream Open(FoundImage found, string kind, CommandContext context)
    {
        if (found.IsFile && AttestationKinds.FileBeside(found.Name, kind) is var file && File.Exists(file))
            return File.OpenRead(file);
        if (found.Image.Attestations?.GetValueOrDefault(kind) is not { } annotation)
            throw new CommandException(ErrorCode.NoDocument, found.IsFile
                ? $"there is no {AttestationKinds.FileBeside(found.Name, kind)}: build the image with it"
                : $"{found.Name} has no {kind} document: it was published without, or by way of a server that keeps none");
        if (annotation.Object is not { } hash)
            throw new CommandException(ErrorCode.NoDocument, $"the {kind} document of {found.Name} is not kept with it but at {annotation.Url}");
        return context.ObjectsOf(found).OpenRead(hash);
    }
}
