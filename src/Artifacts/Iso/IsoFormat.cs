using System.Globalization;
using ImageSdk.Artifacts.Boot;
using ImageSdk.Artifacts.Disks;
using ImageSdk.Artifacts.Formats;

namespace ImageSdk.Artifacts.Iso;

/// <summary>
/// A live system on a medium: a CD or a memory stick that boots by BIOS and UEFI into the image, without changing it; what is
/// written stays in memory.
/// </summary>
sealed class IsoFormat : IArtifactFormat
{
    const string Squashfs = "/live/root.squashfs";
    const long EfiSize = 4 << 20;

    static readonly HostTool Tool = new("xorriso", "xorriso");

    static readonly SquashfsFormat Root = new();

    public string Name => "iso";

    public int Version => 2;

    public IReadOnlyList<ArtifactOption> Options { get; } =
    [
        .. Root.Options,
        ArtifactOption.Text("VolumeLabel", "", "1 to 32 letters A-Z, digits and _", IsVolumeLabel),
        DiskOptions.CommandLine,
        DiskOptions.BootTimeout,
    ];

    public string FileName(string image, ArtifactSettings settings) => $"{image}.iso";

    public IReadOnlyList<HostTool> Tools(ArtifactSettings settings) => [.. Root.Tools(RootSettings(settings)), GrubImage.Tool, .. EfiSystemPartition.Tools, Tool];

    public void Check(ArtifactSettings settings) => RootSettings(settings);

    public void Write(ArtifactContext context)
    {
        if (context.Architecture != "amd64")
            throw new ArtifactException("IMG6026", $"A live system of the architecture {context.Architecture} can't be made bootable; amd64 is the only one that can. Build for amd64.");
        var kernel = KernelFiles.Find(context.Tree);
        var label = context.Settings["VolumeLabel"] is { Length: > 0 } said ? said : $"IMAGE_{context.Identifier("medium"):N}"[..22].ToUpperInvariant();
        var live = Path.Combine(context.ScratchDirectory, "live.img");
        LiveInitramfs.Write(context, kernel, Squashfs, live);
        var menu = Path.Combine(context.ScratchDirectory, "grub.cfg");
        File.WriteAllText(menu, GrubConfiguration.Menu(
            $"Live system, Linux {kernel.Version}", $"--label {label}", "/live/vmlinuz", "/live/initrd.img /live/live.img",
            $"boot={LiveInitramfs.BootName} {LiveInitramfs.LabelParameter}={label} {KernelCommandLine.Of(context)}", context.Settings.Number("BootTimeout")!.Value));
        var early = GrubConfiguration.Early($"--label {label}", "/boot/grub");
        var bios = GrubImage.Make(context, GrubPlatform.Bios, "i386-pc-eltorito", early, "iso9660");
        var efi = Path.Combine(context.ScratchDirectory, "efi.fat");
        SparseFile.Create(efi, EfiSize);
        EfiSystemPartition.Make(context, efi, 0, EfiSize, context.Identifier("medium's EFI"),
            (GrubImage.Make(context, GrubPlatform.Efi, GrubPlatform.Efi.Name, early, "iso9660"), EfiSystemPartition.UsualPath));
        // Beside the result: the scratch folder may be in memory, and this is as large as the medium.
        var squashfs = context.OutputPath + ".squashfs";
        // Left by a worker that was killed.
        File.Delete(squashfs);
        try
        {
            Root.Write(context.For(RootSettings(context.Settings), squashfs));
            WriteMedium(context, label, bios, efi,
            [
                ("/boot/grub/grub.cfg", menu), ("/boot/grub/bios.img", bios), ("/live/vmlinuz", context.Root + kernel.Kernel),
                ("/live/initrd.img", context.Root + kernel.RequireInitrd()), ("/live/live.img", live), (Squashfs, squashfs),
            ]);
        }
        finally
        {
            File.Delete(squashfs);
        }
    }

    // What grub-mkrescue has xorriso do, said here in full: nothing of it depends on the time or the machine.
    static void WriteMedium(ArtifactContext context, string label, string bios, string efi, IReadOnlyList<(string Path, string Source)> files)
    {
        var date = DateTimeOffset.FromUnixTimeSeconds(context.Epoch).UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + "00";
        context.Tools.Run(
            Tool,
            [
                "-no_rc", "-as", "mkisofs", "-quiet", "-o", context.OutputPath, "-volid", label, "-iso-level", "3", "-r",
                $"--modification-date={date}", "--set_all_file_dates", date, "--gpt_disk_guid", context.Identifier("medium's table").ToString("N"),
                "-graft-points",
                "-b", "boot/grub/bios.img", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", "--grub2-boot-info",
                "--grub2-mbr", GrubPlatform.Bios.RequireFile("boot_hybrid.img"), "-partition_offset", "16",
                "-append_partition", "2", "0xef", efi,
                "-eltorito-alt-boot", "-e", "--interval:appended_partition_2:all::", "-no-emul-boot",
                .. files.Select(file => $"{Escape(file.Path)}={Escape(file.Source)}"),
            ],
            new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = context.Epoch.ToString(CultureInfo.InvariantCulture) });
    }

    // Of a pair, = parts the two and \ escapes it.
    static string Escape(string path) => path.Replace("\\", "\\\\").Replace("=", "\\=");

    static ArtifactSettings RootSettings(ArtifactSettings settings) =>
        Root.ReadSettings(Root.Options.ToDictionary(option => option.Name, option => settings[option.Name]));

    static bool IsVolumeLabel(string text) => text.Length is > 0 and <= 32 && text.All(letter => char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter) || letter == '_');
}
