using ImageSdk.ImageService.Confinement;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Packaging;

/// <summary>Packs a root file system as an image: a squashfs, and what a machine boots by, which are files in <c>/boot</c> of it.</summary>
static class RootPacker
{
    const int MostLinks = 40;

    /// <summary>The root in the place of a directory: a squashfs <c>image.sqsh</c> and the changes above it.</summary>
    public const string Stack = "stack";

    const string Packed = "rootfs.new";

    /// <summary>Packs a root.</summary>
    /// <param name="root">A directory of the job's folder, or <see cref="Stack"/>.</param>
    /// <exception cref="RunException">IMG7626 or IMG7636: it has no kernel, or cannot be packed.</exception>
    public static async Task<PackedImage> PackAsync(RunContext run, Workplace place, string root, CancellationToken cancellation)
    {
        run.Log.Write("Packing the root file system");
        await WriteScriptsAsync(run, place, cancellation);
        if (await place.RunAsync(Scripts.Pack, [root, Packed], new Dictionary<string, string>(), run.Log.Write, cancellation) is not 0 and var status)
            throw new RunException("IMG7636", $"The root file system cannot be packed: mksquashfs ends with {status}. Its lines are above.");
        await place.FetchAsync(Packed, cancellation);
        var (rootfs, boot, tree) = (Path.Combine(run.Folder, Packed), run.NewFolder("boot"), Path.Combine(run.NewFolder("unpacked"), "root"));
        if (await run.Processes.RunAsync("run unsquashfs -quiet -no-progress -dest \"$1\" \"$2\" boot", [tree, rootfs], new Dictionary<string, string>(), run.Log.Write, cancellation) != 0)
            throw new RunException("IMG7636", "The packed root cannot be read.");
        var job = run.Job;
        return new(
            rootfs, Copy(tree, job.KernelFileName, boot) ?? throw Missing(job.KernelFileName), Copy(tree, job.InitrdFileName, boot) ?? throw Missing(job.InitrdFileName),
            Copy(tree, job.KernelParametersFileName, boot));
    }

    /// <summary>Brings there what the scripts include.</summary>
    public static async Task WriteScriptsAsync(RunContext run, Workplace place, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(run.Folder, "stack.sh"), Scripts.Stack, cancellation);
        await place.SendAsync("stack.sh", cancellation);
    }

    // Links lead to places in the root, not of this machine.
    static string? Copy(string root, string name, string folder)
    {
        if (Find(root, $"boot/{name}") is not { } file)
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
