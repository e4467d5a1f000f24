using ImageSdk.Archives;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.DiskImages;
using ImageSdk.DiskImages.Unpacking;
using ImageSdk.Sandbox.Commands;

namespace ImageSdk.Worker.Operations;

/// <summary>Makes a root of a disk image or an archive.</summary>
static class FileUnpacker
{
    public static void Run(StageContext context, UnpackFileOperation operation)
    {
        var name = operation.Layers is null ? Path.GetFileName(operation.File) : operation.File;
        context.Progress($"Unpacking {name}");
        var scratch = Directory.CreateDirectory(Path.Combine(context.Session.Directory, "unpacking")).FullName;
        try
        {
            var unpacker = new DiskImageUnpacker(scratch, ExpansionLimit.Of(context.Settings.Limits), context.Cancellation)
            {
                Progress = count => context.Progress($"Unpacking {name}: {count} entries"),
            };
            var source = operation.Layers is { } layers ? unpacker.UnpackLayers(layers, context.Handle) : unpacker.Unpack(operation.File, context.Handle);
            var place = source.Partition switch
            {
                null => "",
                { Number: 0 } => $", a file system without a partition table ({source.Volume})",
                var partition => $", the root in partition {partition.Number} ({source.Volume})",
            };
            var mounted = string.Concat(source.Mounted.Select(mount => $", {mount.Path} in partition {mount.Partition.Number}"));
            context.Log($"Unpacked {source.Count} entries of {name}: {source.Format}{place}{mounted}");
            if (source.Others.Count > 0)
                context.Warn("IMG2251",
                    $"{name} has file systems that its root does not mount, which are left out: {string.Join("; ", source.Others.Select(other => $"partition {other.Partition.Number}{(other.Reason.Length > 0 ? $" ({other.Reason})" : "")}"))}.");
            if (source.Snapshots.Count > 0)
                context.Warn("IMG2290", $"{name} has read-only snapshots of its subvolumes, which are left out: {string.Join(", ", source.Snapshots)}.");
            if (source.RefusedAttributes.Count > 0)
                context.Warn("IMG2252", $"Extended attributes of {name} may not be set here, and are left out: {string.Join(", ", source.RefusedAttributes)}.");
        }
        catch (DiskImageException exception)
        {
            throw new BuildException("IMG2250", $"{operation.Source} cannot be unpacked: {exception.Message}.", inner: exception);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
        NewRoot.Complete(context, operation.PackagerScript);
    }
}
