using System.Text;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Layers;
using ImageSdk.Building.Sandbox;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Worker;

/// <summary>
/// Seals a root and computes the image's tree. Sealing is a layer of its own: an image that is built on this one must see
/// what the finished image has, and not what its filter left out.
/// </summary>
sealed class ImageScanner(WorkerSession session)
{
    public void Scan(ScanImageRequest request)
    {
        if (!session.Store.Contains(request.LayerId))
            Seal(request);
        session.Listener.Progress("Computing the file tree");
        var fileSystem = ComputeTree(request);
        var packages = ReadPackages(request.LayerId);
        AtomicFile.Write(request.TreeFile, stream => ImageFile.Write(stream, new Image { FileSystem = fileSystem, Packages = packages }));
    }

    void Seal(ScanImageRequest request)
    {
        using var root = new StageRoot(session, request.Layers);
        IReadOnlyList<Package> packages;
        string log;
        using (var context = new StageContext(root, request.Settings, session))
        {
            context.Progress("Listing packages");
            packages = new GenericPackager(context).List();
            context.Log($"Listed {packages.Count} packages");
            TakeOut(request, context);
            log = context.LogText;
        }
        session.Listener.Progress("Scanning and hashing");
        root.Commit(request.LayerId, request.Layers, request.Inputs, log);
        WritePackages(request.LayerId, packages);
    }

    static void TakeOut(ScanImageRequest request, StageContext context)
    {
        CopyTests(request, context);
        RootCleaner.Empty(context.Handle, "tmp"u8);
        context.Handle.RemoveTree(".subd"u8); // The patching agent's own directory; the field's scanners leave it out.
        if (request.ExcludedPaths.Count > 0)
            RootCleaner.RemoveMatching(context.Handle, new Filter(request.ExcludedPaths));
        foreach (var file in request.ComputedFiles)
            EmptyComputedFile(context.Handle, file);
    }

    static void CopyTests(ScanImageRequest request, StageContext context)
    {
        if (request.TestsDirectory is null && request.TestFiles.Count == 0)
            return;
        context.Handle.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes(request.TestsTarget.Trim('/')), 0x1ED); // 0755
        if (request.TestsDirectory is not null)
            new TreeCopier(context.Handle, "tests", append: false, context.Cancellation).Copy(request.TestsDirectory, request.TestsTarget);
        foreach (var file in request.TestFiles)
            FileCopier.Copy(context, new CopyFileOperation(file, $"{request.TestsTarget}/{Path.GetFileName(file)}", null));
    }

    // What a machine gets of a computed file before its generator is asked.
    static void EmptyComputedFile(DirectoryHandle root, ComputedFileSetting file)
    {
        var path = Encoding.UTF8.GetBytes(file.Filename.TrimStart('/'));
        if (root.TryStat(path) is not { Kind: FileKind.Regular } status)
            return; // Splicing names the mistake.
        using var parent = root.OpenDirectoryInRoot(TreeCopier.ParentOf(path));
        var name = TreeCopier.NameOf(path);
        parent.Unlink(name);
        parent.CreateFile(name, 0x180).Dispose();
        parent.SetOwner(name, status.Uid, status.Gid);
        parent.SetPermissions(name, status.Permissions);
        parent.SetTimes(name, default);
    }

    FileSystem ComputeTree(ScanImageRequest request)
    {
        var tree = new LayerTree();
        var layers = request.Layers.Append(request.LayerId);
        if (request.SourceImageFile is not null)
        {
            tree = LayerTree.From(ReadImage(request.SourceImageFile).FileSystem!);
            layers = layers.Skip(request.SourceLayerCount);
        }
        foreach (var layer in layers)
            tree.Apply(session.Store.ReadIndex(layer));
        tree.MaterialiseComputedFiles();
        FileTime? latest = request.LatestTime is { } seconds ? new FileTime(seconds, 0) : null;
        var fileSystem = tree.ToFileSystem(latest);
        try
        {
            fileSystem = ComputedFile.Splice(
                fileSystem, [.. request.ComputedFiles.Select(file => new ComputedFile(file.Filename, file.Source))]);
        }
        catch (ImageFormatException exception)
        {
            throw new BuildException("IMG5002",
                $"A computed file can't be placed: {exception.Message}. It must be a regular file without hard links that is in the image; put a placeholder into files/.");
        }
        if (request.PreviousImageFile is { } previous && ReadImage(previous).FileSystem is { } old)
            fileSystem = fileSystem.CopyMtimes(old, request.MtimesCopyFilter.Count == 0 ? null : new Filter(request.MtimesCopyFilter));
        return fileSystem;
    }

    public static Image ReadImage(string file)
    {
        using var stream = File.OpenRead(file);
        return ImageFile.Read(stream);
    }

    string PackagesFile(string layerId) => Path.Combine(session.Store.LayerDirectory(layerId), "packages");

    // Beside the layer: a tree from the cache must know its packages without running the packager again.
    void WritePackages(string layerId, IReadOnlyList<Package> packages) =>
        AtomicFile.Write(PackagesFile(layerId), string.Concat(packages.Select(package => $"{package.Name}\t{package.Version}\t{package.Size}\n")));

    List<Package> ReadPackages(string layerId) =>
        [.. File.ReadLines(PackagesFile(layerId)).Select(line => line.Split('\t')).Select(parts => new Package(parts[0], parts[1], ulong.Parse(parts[2])))];
}
