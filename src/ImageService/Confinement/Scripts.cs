namespace ImageSdk.ImageService.Confinement;

/// <summary>The scripts that run confined.</summary>
static class Scripts
{
    /// <summary>Stacks changes above a squashfs; others include it.</summary>
    public static string Stack { get; } = Read("stack.sh");

    /// <summary>A shell into a root file system.</summary>
    public static string Shell { get; } = Read("shell.sh");

    /// <summary>Runs a program that builds a recipe.</summary>
    public static string Build { get; } = Read("build.sh");

    /// <summary>Takes a root file system from a disk.</summary>
    public static string Disk { get; } = Read("disk.sh");

    /// <summary>Runs the program that renders templates.</summary>
    public static string RenderTemplates { get; } = Read("templates.sh");

    /// <summary>Renders templates; in Python.</summary>
    public static string Templates { get; } = Read("templates.py");

    /// <summary>Packs a root file system.</summary>
    public static string Pack { get; } = Read("pack.sh");

    static string Read(string name)
    {
        using var reader = new StreamReader(typeof(Scripts).Assembly.GetManifestResourceStream($"scripts/{name}")!);
        return reader.ReadToEnd();
    }
}
