using System.Text;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Debian;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Cleaning;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Trees;

namespace ImageSdk.Worker.Operations;

/// <summary>
/// Makes a root what the image is going to be. Sealing is a layer of its own: an image that is built on this one must see
/// what the finished image has, and not what its filter left out.
/// </summary>
static class ImageSealer
{
    public static LayerIndex Seal(WorkerSession session, SealImageRequest request)
    {
        using var root = new StageRoot(session, request.Layers);
        IReadOnlyList<Package> packages;
        string log;
        using (var context = new StageContext(root, request.Settings, session))
        {
            context.Progress("Listing packages");
            packages = new ImagePackager(context).List();
            context.Log($"Listed {packages.Count} packages");
            TakeOut(request, context);
            log = context.LogText;
        }
        session.Listener.Progress("Scanning and hashing");
        return root.Commit(request.LayerId, request.Layers, request.Inputs, log, PackageFile.Write(packages));
    }

    static void TakeOut(SealImageRequest request, StageContext context)
    {
        CopyTests(request, context);
        RootCleaner.Empty(context.Handle, "tmp"u8);
        context.Handle.RemoveTree(".subd"u8); // The patching agent's own directory; the field's scanners leave it out.
        if (request.ExcludedPaths.Count > 0)
            RootCleaner.RemoveMatching(context.Handle, new Filter(request.ExcludedPaths));
        foreach (var file in request.ComputedFiles)
            EmptyComputedFile(context.Handle, file);
    }

    static void CopyTests(SealImageRequest request, StageContext context)
    {
        if (request.TestsDirectory is null && request.TestFiles.Count == 0)
            return;
        context.Handle.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes(request.TestsTarget.Trim('/')), Permissions.Directory);
        if (request.TestsDirectory is not null)
            new TreeCopier(context.Handle, "tests", ProjectTreeUse.Copy, context.Cancellation).Copy(request.TestsDirectory, request.TestsTarget);
        foreach (var file in request.TestFiles)
            FileCopier.Copy(context, new CopyFileOperation(file, $"{request.TestsTarget}/{Path.GetFileName(file)}", null));
    }

    // What a machine gets of a computed file before its generator is asked.
    static void EmptyComputedFile(DirectoryHandle root, ComputedFileSetting file)
    {
        var path = Encoding.UTF8.GetBytes(file.Filename.TrimStart('/'));
        if (root.TryStat(path) is not { Kind: FileKind.Regular } status)
            return; // Splicing names the mistake.
        using var parent = root.OpenDirectoryInRoot(BytePath.ParentOf(path));
        var name = BytePath.NameOf(path);
        parent.Unlink(name);
        parent.CreateFile(name, Permissions.OwnerFile).Dispose();
        parent.SetOwner(name, status.Uid, status.Gid);
        parent.SetPermissions(name, status.Permissions);
        parent.SetTimes(name, default);
    }
}
