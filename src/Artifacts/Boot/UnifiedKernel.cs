using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Boot;

/// <summary>
/// A kernel, its initial file system and its command line as one program for UEFI: the stub of systemd with sections (the UAPI
/// group's specification of unified kernel images).
/// </summary>
static class UnifiedKernel
{
    const string Directory = "/usr/lib/systemd/boot/efi";

    public const string Stub = "linuxx64.efi.stub";
    public const string Loader = "systemd-bootx64.efi";

    const int LargestProgram = 64 << 20;

    /// <summary>Bytes that it has at most beyond its kernel and initial file systems.</summary>
    public const long Overhead = 4 << 20;

    /// <param name="added">Another initial file system, unpacked over the image's; empty for none.</param>
    /// <param name="file">Is made.</param>
    /// <exception cref="ArtifactException">IMG1700: systemd's stub is not there. IMG1701: it is damaged.</exception>
    public static void Write(ArtifactContext context, KernelFiles kernel, string commandLine, byte[] added, string file, SecureBootKey? key)
    {
        using var root = context.OpenRoot();
        var stub = FindProgram(context, root, Stub);
        if (TreePaths.Resolve(context.Tree, "/etc/os-release") is { } release && ReadFile(context, root, release.ToString()) is { Length: > 0 } osRelease)
            stub.Add(".osrel", osRelease);
        stub.Add(".cmdline", Encoding.ASCII.GetBytes(commandLine));
        if (kernel.Version.Length > 0)
            stub.Add(".uname", Encoding.ASCII.GetBytes(kernel.Version));
        var initrd = ReadFile(context, root, kernel.RequireInitrd());
        // The kernel looks for the next archive at a multiple of four.
        stub.Add(".initrd", added.Length == 0 ? initrd : [.. initrd, .. new byte[(4 - initrd.Length % 4) % 4], .. added]);
        stub.Add(".linux", ReadFile(context, root, kernel.Kernel));
        context.Cancellation.ThrowIfCancellationRequested();
        using var target = File.Create(file);
        stub.Write(target, key);
    }

    /// <summary>Writes systemd's boot loader, which lists the unified kernels that it finds.</summary>
    public static void WriteLoader(ArtifactContext context, string file, SecureBootKey? key)
    {
        using var root = context.OpenRoot();
        using var target = File.Create(file);
        FindProgram(context, root, Loader).Write(target, key);
    }

    /// <summary>A program of systemd for UEFI: the image's, or else that of the machine that builds.</summary>
    static PeImage FindProgram(ArtifactContext context, DirectoryHandle root, string name)
    {
        var path = $"{Directory}/{name}";
        if (TreePaths.Resolve(context.Tree, path) is { } own)
            return new(ReadFile(context, root, own.ToString()), $"The image's {path}");
        if (new FileInfo(path) is { Exists: true, Length: <= LargestProgram })
            return new(File.ReadAllBytes(path), path);
        throw new ArtifactException("IMG1700", $"Neither the image nor this machine has {path}, which a unified kernel is made of. Add the package systemd-boot-efi to the image, or install it here: apt-get install systemd-boot-efi");
    }

    static byte[] ReadFile(ArtifactContext context, DirectoryHandle root, string path)
    {
        if (context.Tree.Index.Find(path) is not RegularInode { Size: <= 1 << 30 and var size })
            throw new ArtifactException("IMG1703", $"{path} of the image is no file of 1 GiB at most, and so no part of a unified kernel. Correct it in the image.");
        using var file = root.OpenBeneath(Encoding.UTF8.GetBytes(path[1..]));
        var content = new byte[size];
        return file.Read(content) is var read && read == content.Length ? content : throw new InvalidDataException($"{path} has {read} bytes; the image says {size}.");
    }
}
