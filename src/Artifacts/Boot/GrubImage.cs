namespace ImageSdk.Artifacts.Boot;

/// <summary>A platform that GRUB boots on, as the host's packages of GRUB have it.</summary>
/// <param name="Name">GRUB's word: "i386-pc".</param>
/// <param name="Package">The Debian package with its modules.</param>
/// <param name="Modules">What it needs beyond <see cref="CommonModules"/>.</param>
sealed record GrubPlatform(string Name, string Package, params IReadOnlyList<string> Modules)
{
    public static GrubPlatform Bios { get; } = new("i386-pc", "grub-pc-bin", "biosdisk", "all_video");

    public static GrubPlatform Efi { get; } = new("x86_64-efi", "grub-efi-amd64-bin", "efi_gop", "efi_uga", "all_video");

    public static IReadOnlyList<string> CommonModules { get; } =
    [
        "normal", "configfile", "search", "search_fs_uuid", "search_fs_file", "search_label", "part_gpt", "part_msdos", "fat", "linux",
        "serial", "terminal", "echo", "test", "ls", "cat", "reboot", "halt", "minicmd",
    ];

    string Directory => $"/usr/lib/grub/{Name}";

    /// <exception cref="ArtifactException">IMG6022: it is not installed.</exception>
    public string RequireFile(string name)
    {
        var file = Path.Combine(Directory, name);
        return File.Exists(file)
            ? file
            : throw new ArtifactException("IMG6022", $"GRUB for {Name}, which makes disks bootable, is not installed: {file} is not there. Install it: apt-get install {Package}");
    }
}

/// <summary>Makes images of GRUB that have all modules in them and a configuration that leads on to the real one.</summary>
static class GrubImage
{
    public static HostTool Tool { get; } = new("grub-mkimage", "grub-common");

    /// <param name="format">GRUB's word for the form: the platform's name, or "i386-pc-eltorito".</param>
    /// <param name="configuration">What it does first.</param>
    /// <param name="fileSystems">Modules for the file systems that it reads.</param>
    /// <returns>The path of the image, in the scratch directory.</returns>
    public static string Make(ArtifactContext context, GrubPlatform platform, string format, string configuration, params IReadOnlyList<string> fileSystems)
    {
        platform.RequireFile("modinfo.sh");
        var early = Path.Combine(context.ScratchDirectory, $"{format}.cfg");
        var image = Path.Combine(context.ScratchDirectory, $"{format}.img");
        File.WriteAllText(early, configuration);
        context.Tools.Run(Tool, ["-O", format, "-o", image, "-p", "/boot/grub", "-c", early, .. GrubPlatform.CommonModules, .. platform.Modules, .. fileSystems]);
        return image;
    }
}
