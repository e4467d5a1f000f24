using ImageSdk.Artifacts.Formats;

namespace ImageSdk.Artifacts.Boot;

/// <summary>What a kernel is told beside where its root is.</summary>
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
        var own = BootFiles.CommandLineOf(context.Tree, root);
        if (!GrubConfiguration.IsCommandLine(own))
            throw new ArtifactException("IMG6031", $"The image's /etc/kernel/cmdline can't be used: \"{own}\"; expected: printable ASCII without ', quotation marks in pairs. Correct it, or set KernelCommandLine.");
        return own.Length > 0 ? own : Consoles;
    }
}
