using System.IO.Enumeration;
using System.Text;
using ImageSdk.Advisories;
using ImageSdk.Advisories.Reading;
using ImageSdk.Building.Auditing;
using ImageSdk.Building.State;
using ImageSdk.Cli.Comparison;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Repositories;
using ImageSdk.Contracts.Locks;
using ImageSdk.Images;

namespace ImageSdk.Cli.Auditing;

/// <summary>
/// What users want audited, as images with their packages: from a bill of materials where there is one, else from dpkg's database in the image, else from
/// its list of names.
/// </summary>
/// <param name="release">What is taken for the release where nothing says it; null for nothing.</param>
sealed class AuditSubjects(CommandContext context, DistributionRelease? release)
{
    static readonly ByteString status = ByteString.FromText("/var/lib/dpkg/status"), osRelease = ByteString.FromText("/usr/lib/os-release"), ownRelease = ByteString.FromText("/etc/os-release");

    readonly BillOfMaterials documents = new();

    // Images of one base share its database.
    readonly Dictionary<(ObjectHash, ObjectHash), (DistributionRelease?, IReadOnlyList<AuditedPackage>)> known = [];

    /// <param name="arguments">Images, streams, patterns, files; none for all.</param>
    /// <param name="withOld">Whether all images of a stream are meant, not only its newest.</param>
    /// <exception cref="CommandException">One is not there, or there is none at all.</exception>
    public async Task<IReadOnlyList<AuditedImage>> ReadAsync(IReadOnlyList<string> arguments, bool withOld)
    {
        var images = new List<AuditedImage>();
        foreach (var argument in arguments.Count > 0 ? arguments : ["*"])
        {
            if (await ReadFileAsync(argument) is { } file)
                images.Add(file);
            else if (argument.Contains('*', StringComparison.Ordinal))
                await foreach (var image in ReadAllAsync(argument, withOld))
                    images.Add(image);
            else
                images.Add(Read(await context.FindAsync(argument, new(WithTree: false))) is var found && found.Packages.Count > 0 ? found : Read(await context.FindAsync(argument)));
        }
        return images.Count > 0
            ? images.ConvertAll(image => image.Release is null && release is not null ? image with { Release = release } : image)
            : throw new CommandException(ErrorCode.NothingFound, $"there is no image to audit at {context.Repository.Place}");
    }

    async Task<AuditedImage?> ReadFileAsync(string argument)
    {
        if (LockComparison.IsLock(argument))
            return LockedImage.From(ImageLockFile.Read(argument), argument);
        if (argument.EndsWith(".json", StringComparison.Ordinal) && File.Exists(argument))
        {
            await using var document = File.OpenRead(argument);
            return documents.Read(document, argument);
        }
        if (!ProjectImage.IsProject(argument))
            return null;
        var image = Read(await context.FindAsync(argument));
        return image with { Name = argument, IsLocked = File.Exists(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(argument))!, ImageLock.DefaultFileName)) };
    }

    async IAsyncEnumerable<AuditedImage> ReadAllAsync(string pattern, bool withOld)
    {
        var names = (await context.Repository.ListAsync(new(), context.Cancellation))
            .Where(name => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false) || FileSystemName.MatchesSimpleExpression(pattern, ImageName.GetDirectory(name), ignoreCase: false)).ToList();
        foreach (var stream in names.GroupBy(ImageName.GetDirectory))
            foreach (var name in withOld ? [.. stream] : await NewestAsync(stream.Key) is { } newest ? new[] { newest } : [])
                if (await FindAsync(name) is { } found)
                    yield return found;
    }

    Task<string?> NewestAsync(string stream) => context.Repository.FindLatestAsync(stream, new(), context.Cancellation);

    // One that has been deleted since is none.
    async Task<AuditedImage?> FindAsync(string name)
    {
        if (context.Repository is ServerRepository server && await server.GetAsync(name, new(WithTree: false), context.Cancellation) is { Attestations.Count: > 0 } bare
            && Read(new(name, bare, false)) is { Packages.Count: > 0 } described)
            return described;
        return await context.Repository.GetAsync(name, new(), context.Cancellation) is { } image ? Read(new(name, image, false)) : null;
    }

    AuditedImage Read(FoundImage found)
    {
        var (id, packages) = ReadDocument(found) ?? ReadDatabase(found) ?? (null, [.. found.Image.Packages.Select(package => AuditedPackage.Of(package.Name.Split(':')[0], package.Version))]);
        return new(found.Name, id, packages)
        {
            Stream = found.IsFile ? "" : ImageName.GetDirectory(found.Name),
            SourceStream = found.Image.SourceImage.Length > 0 ? ImageName.GetDirectory(found.Image.SourceImage) : "",
        };
    }

    (DistributionRelease?, IReadOnlyList<AuditedPackage>)? ReadDocument(FoundImage found)
    {
        foreach (var kind in AttestationKinds.BillsOfMaterials)
        {
            if (!(found.IsFile && File.Exists(AttestationKinds.FileBeside(found.Name, kind))) && found.Image.Attestations?.GetValueOrDefault(kind) is not { Object: not null })
                continue;
            using var document = AttestationDocument.Open(found, kind, context);
            if (documents.TryRead(document, found.Name) is { } image)
                return (image.Release, image.Packages);
        }
        return null;
    }

    (DistributionRelease?, IReadOnlyList<AuditedPackage>)? ReadDatabase(FoundImage found)
    {
        // Of an image file the contents of files are elsewhere.
        if (found.IsFile && found.Objects is null || found.Image.FileSystem is not { } tree || tree.Index.Find(status) is not RegularInode { Size: > 0 } database)
            return null;
        var about = (tree.Index.Find(osRelease) ?? tree.Index.Find(ownRelease)) as RegularInode;
        if (known.TryGetValue((database.Hash, about?.Hash ?? default), out var read))
            return read;
        using var text = new StreamReader(context.ObjectsOf(found).OpenRead(database.Hash), Encoding.UTF8);
        var id = about is { Size: > 0 } ? DistributionRelease.OfFile(ReadText(found, about.Hash)) : null;
        return known[(database.Hash, about?.Hash ?? default)] = (id, DpkgDatabase.Read(text));
    }

    string ReadText(FoundImage found, ObjectHash hash)
    {
        using var text = new StreamReader(context.ObjectsOf(found).OpenRead(hash), Encoding.UTF8);
        return text.ReadToEnd();
    }
}
