using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Boot;

/// <summary>The options of a kernel besides the place of its root.</summary>
static class KernelCommandLine
{
    /// <summary>Screen and serial line; the last one is /dev/console. A login prompt is on both.</summary>
    const string Consoles = "console=tty0 console=ttyS0,115200n8";

    /// <summary>What the project says, or else the image (/etc/kernel/cmdline), or else the consoles.</summary>
    /// <exception cref="ArtifactException">IMG6031: what the image says cannot be handed to a kernel.</exception>
    public static string Of(ArtifactContext context)
    {
        if (context.Settings["KernelCommandLine"] is { Length: > 0 } said)
            return said;
        using var root = context.OpenRoot();
        var own = OfImage(context.Tree, root);
        if (!GrubConfiguration.IsCommandLine(own))
            throw new ArtifactException("IMG6031", $"The image's /etc/kernel/cmdline can't be used: \"{own}\"; expected: printable ASCII without ', quotation marks in pairs. Correct it, or set KernelCommandLine.");
        return own.Length > 0 ? own : Consoles;
    }

    /// <summary>The kernel's command line where the image says one (/etc/kernel/cmdline); empty where it does not.</summary>
    public static string OfImage(FileSystem tree, DirectoryHandle root)
    {
        const string path = "/etc/kernel/cmdline";
        const int longest = 4096;
        if (tree.Index.Find(path) is not RegularInode { Size: > 0 and <= longest })
            return "";
        using var file = root.OpenBeneath(Encoding.UTF8.GetBytes(path[1..]));
        var buffer = new byte[longest];
        return Encoding.UTF8.GetString(buffer, 0, file.Read(buffer)).Trim().ReplaceLineEndings(" ");
    }
}
