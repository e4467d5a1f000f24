using ImageSdk.Artifacts.Boot;

namespace ImageSdk.Artifacts.Disks;

/// <summary>The programs of an EFI system partition that starts a unified kernel, by itself or by systemd's boot loader.</summary>
static class UnifiedBoot
{
    const long MiB = 1 << 20;

    /// <summary>Bytes that the partition has to have.</summary>
    /// <param name="added">Bytes of the initial file system that is unpacked over the image's.</param>
    public static long PartitionSize(ArtifactContext context, KernelFiles kernel, long added)
    {
        var files = SizeOf(kernel.Kernel) + SizeOf(kernel.RequireInitrd()) + added + UnifiedKernel.Overhead;
        // The file allocation tables, and room for the loader; a multiple of 1 MiB.
        return Math.Max(EfiSystemPartition.UsualSize, (files + files / 32 + 8 * MiB) / MiB * MiB);

        long SizeOf(string path) => context.Tree.Index.Find(path) is Images.RegularInode file ? (long)file.Size : 0;
    }

    /// <summary>Makes the partition's file system.</summary>
    public static void Install(ArtifactContext context, DiskSettings settings, KernelFiles kernel, string commandLine, byte[] added, string file, Partition partition, Guid identifier)
    {
        using var key = SecureBootKey.Of(context.Settings);
        // Beside the result: the scratch folder may be in memory.
        var unified = context.OutputPath + ".efi";
        try
        {
            UnifiedKernel.Write(context, kernel, commandLine, added, unified, key);
            if (settings.Boot == DiskSettings.UnifiedKernelBoot)
            {
                EfiSystemPartition.Make(context, file, partition.Start, partition.Size, identifier, (unified, EfiSystemPartition.UsualPath));
                return;
            }
            var loader = Path.Combine(context.ScratchDirectory, "systemd-boot.efi");
            var configuration = Path.Combine(context.ScratchDirectory, "loader.conf");
            UnifiedKernel.WriteLoader(context, loader, key);
            File.WriteAllText(configuration, $"timeout {settings.BootTimeout}\n");
            EfiSystemPartition.Make(context, file, partition.Start, partition.Size, identifier,
                (loader, EfiSystemPartition.UsualPath), (loader, "EFI/systemd/systemd-bootx64.efi"), (unified, $"EFI/Linux/linux-{kernel.Version}.efi"), (configuration, "loader/loader.conf"));
        }
        finally
        {
            File.Delete(unified);
        }
    }
}
