using System.IO.Compression;
using ImageSdk.Cli.Errors;
using ImageSdk.Dominator;

namespace ImageSdk.Cli.Finding;

/// <summary>The record of an image in a NuGet package that <c>dotnet pack</c> made of it.</summary>
static class PackagedImage
{
    const string Entry = "image/root.image";

    public static bool IsPackage(string reference) => reference.EndsWith(".nupkg", StringComparison.OrdinalIgnoreCase) && File.Exists(reference);

    /// <exception cref="CommandException">The package carries no image, or is damaged.</exception>
    public static FoundImage Read(string path)
    {
        try
        {
            using var package = ZipFile.OpenRead(path);
            var entry = package.GetEntry(Entry) ?? throw new CommandException(
                ErrorCode.UnknownImage, $"the package {path} carries no image (it has no {Entry}): name one that dotnet pack made of an image project");
            using var record = entry.Open();
            return new(path, ImageFile.Read(record), true);
        }
        catch (Exception exception) when (exception is InvalidDataException or ImageFileException)
        {
            throw new CommandException(ErrorCode.DamagedImage, $"{path} is no readable package: {exception.Message}: have it made again", exception);
        }
    }
}
