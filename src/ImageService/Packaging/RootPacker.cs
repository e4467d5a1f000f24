using ImageSdk.ImageService.Confinement;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Packaging;

/// <summary>Packs a root file system as an image: a squashfs, and what a machine boots by, which are files in <c>/boot</c> of it.</summary>
static class RootPacker
{
    const int MostLinks = 40;

    /// <summary>Packs a directory.</summary>
    /// <exception cref="RunException">IMG7626 or IMG7636: it has no kernel, or cannot be packed.</exception>
    public static async Task<PackedImage> PackAsync(RunContext run, string root, CancellationToken cancellation)
    {
        var (boot, parameters) = (run.NewFolder("boot"), run.Job.KernelParametersFileName);
        var kernel = Copy([root], run.Job.KernelFileName, boot) ?? throw Missing(run.Job.KernelFileName);
        var initrd = Copy([root], run.Job.InitrdFileName, boot) ?? throw Missing(run.Job.InitrdFileName);
        return new(await SquashAsync(run, root, cancellation), kernel, initrd, Copy([root], parameters, boot));
    }

    /// <summary>Packs a squashfs and the changes above it.</summary>
    /// <exception cref="RunException">IMG7626 or IMG7636: it has no kernel, or cannot be packed.</exception>
    public static async Task<PackedImage> PackStackAsync(RunContext run, CancellationToken cancellation)
    {
        // What unsquashfs reads needs no mount; a file that was changed is in the upper folder.
        var rootfs = await SquashAsync(run, "stack", cancellation);
        var boot = run.NewFolder("boot");
        var tree = Path.Combine(run.NewFolder("unpacked"), "root");
        var job = run.Job;
        if (await ConfinedProcess.RunAsync("run unsquashfs -quiet -no-progress -dest \"$1\" \"$2\" boot", [tree, rootfs], new Dictionary<string, string>(), run.Log.Write, cancellation) != 0)
            throw new RunException("IMG7636", "The new root cannot be read.");
        var packed = new PackedImage(
            rootfs, Copy([tree], job.KernelFileName, boot) ?? throw Missing(job.KernelFileName), Copy([tree], job.InitrdFileName, boot) ?? throw Missing(job.InitrdFileName), Copy([tree], job.KernelParametersFileName, boot));
        Directory.Delete(Path.GetDirectoryName(tree)!, recursive: true);
        return packed;
    }

    static async Task<string> SquashAsync(RunContext run, string root, CancellationToken cancellation)
    {
        var target = Path.Combine(run.Folder, "rootfs.new");
        run.Log.Write("Packing the root file system");
        var status = await ConfinedProcess.RunAsync(Scripts.Pack, [run.Folder, root, target], new Dictionary<string, string>(), run.Log.Write, cancellation);
        return status == 0 ? target : throw new RunException("IMG7636", $"The root file system cannot be packed: mksquashfs ends with {status}. Its lines are above.");
    }

    // Links lead to places in the root, not of this machine.
    static string? Copy(IReadOnlyList<string> roots, string name, string folder)
    {
        if (Find(roots[0], $"boot/{name}") is not { } file)
            return null;
        var target = Path.Combine(folder, Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(name)));
        File.Copy(file, target, overwrite: true);
        return target;
    }

    static string? Find(string root, string path)
    {
        var rest = new Stack<string>(path.Split('/').Reverse());
        var at = new List<string>();
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                if (at.Count > 0)
                    at.RemoveAt(at.Count - 1);
                continue;
            }
            var entry = new FileInfo(Path.Combine([root, .. at, part]));
            if (entry.LinkTarget is { } target)
            {
                if (++links > MostLinks)
                    return null;
                if (target.StartsWith('/'))
                    at.Clear();
                foreach (var step in target.Split('/').Reverse())
                    rest.Push(step);
                continue;
            }
            at.Add(part);
        }
        var found = new FileInfo(Path.Combine([root, .. at]));
        return found.Exists && (found.Attributes & (FileAttributes.Directory | FileAttributes.Device)) == 0 ? found.FullName : null;
    }

    static RunException Missing(string name) => new("IMG7626", $"The image has no file boot/{name}. Have the recipe make it, or name another (kernel_file_name, initrd_file_name).");
}
