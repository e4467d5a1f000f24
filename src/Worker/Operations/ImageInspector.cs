using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using ImageSdk.Attestations;
using ImageSdk.Contracts.Inspection;
using ImageSdk.Contracts.Messages;
using ImageSdk.Packages.Rpm;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Trees;

namespace ImageSdk.Worker.Operations;

/// <summary>
/// Reads of an image what its bill of materials needs. Here, because some files are for root only, and because the image's
/// files may say anything.
/// </summary>
sealed partial class ImageInspector(DirectoryHandle root, CancellationToken cancellation)
{
    const int LongestStatus = 256 << 20;
    const int LongestRelease = 64 << 10;

    public static ImageInspection Inspect(WorkerSession session, InspectImageRequest request)
    {
        using var mounted = new StageRoot(session, request.Layers);
        using var root = mounted.Open();
        var inspector = new ImageInspector(root, session.Cancellation);
        return new(request.ReadsContents ? inspector.ReadContents() : null, inspector.Digest(request.Files));
    }

    ImageContents ReadContents()
    {
        var system = TryRead("etc/os-release", LongestRelease) ?? TryRead("usr/lib/os-release", LongestRelease);
        var release = system is null ? OsRelease.Unknown : OsRelease.Parse(system);
        if (TryRead("var/lib/dpkg/status", LongestStatus) is not { } status)
            return ReadRpm(release);
        var texts = new ConcurrentDictionary<string, LicenceText>();
        var packages = DpkgInventory.Read(status).ToArray();
        Parallel.For(0, packages.Length, new ParallelOptions { CancellationToken = cancellation }, index =>
        {
            var copyright = ReadCopyright(packages[index].Name);
            packages[index] = packages[index] with { Licence = copyright.Licence, CommonLicences = copyright.CommonLicences };
            foreach (var (reference, text) in copyright.Texts)
                texts[reference] = text;
        });
        return new(release, "deb", packages, texts.OrderBy(text => text.Key, StringComparer.Ordinal).ToDictionary());
    }

    ImageContents ReadRpm(OsRelease release)
    {
        var contents = new ImageContents(release, RpmDatabase.HasDirectory(root) ? "rpm" : "", [], new Dictionary<string, LicenceText>());
        try
        {
            return RpmDatabase.TryRead(root) is { } packages ? contents with { Packages = RpmInventory.From(packages), Texts = RpmInventory.TextsOf(packages) } : contents;
        }
        catch (Exception exception) when (exception is InvalidDataException or PosixException or IOException)
        {
            return contents with { Fault = exception.Message };
        }
    }

    CopyrightFile ReadCopyright(string package) =>
        PackageName().IsMatch(package) && TryRead($"usr/share/doc/{package}/copyright", CopyrightFile.LongestFile) is { } file
            ? CopyrightFile.Parse(file)
            : CopyrightFile.Nothing;

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9+.-]*$")]
    private static partial Regex PackageName();

    /// <summary>Null for what is no file, longer than that, or out of reach for a name that links lead in a circle.</summary>
    byte[]? TryRead(string path, int longest)
    {
        try
        {
            return RootFile.TryRead(root, path, longest);
        }
        catch (PosixException)
        {
            return null;
        }
    }

    Dictionary<string, FileDigests> Digest(IReadOnlyList<InspectedFile> files)
    {
        var digests = new ConcurrentDictionary<string, FileDigests>();
        Parallel.ForEach(files, new ParallelOptions { CancellationToken = cancellation }, file =>
        {
            using var content = root.OpenRead(file.Path);
            digests[file.Sha512] = FileDigester.Digest(content, cancellation);
        });
        return digests.ToDictionary();
    }
}
