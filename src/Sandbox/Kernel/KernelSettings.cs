namespace ImageSdk.Sandbox.Kernel;

/// <summary>
/// The answer to sysctl. Packages and scripts write settings for the image and then have sysctl apply them to the running kernel, which
/// is the building machine's and read-only. The image gets them when it boots, so there is nothing to fail for.
/// </summary>
static class KernelSettings
{
    public static CoveredProgram Program { get; } = new("sysctl",
        $"""
        #!/bin/sh
        # Stands in for sysctl while an image is built: settings of the building machine's kernel are read, never changed.
        for argument; do
            case $argument in
                --write|--load|--load=*|--system|-[!-]*[wpf]*|-[wpf]*|[!-]*=*)
                    echo "sysctl: nothing is applied while an image is built; settings in its files apply when it boots" >&2
                    exit 0 ;;
            esac
        done
        exec {CoveredProgram.Originals}/sysctl "$@"

        """);
}
