namespace ImageSdk.Sandbox.Kernel;

/// <summary>
/// The answer to systemctl. It sees by itself that it is in an offline root (<see cref="KernelFiles"/>) and ignores what needs a running
/// manager, but for "--now", at which several versions fail after they have enabled the unit.
/// </summary>
static class ServiceManager
{
    public static CoveredProgram Program { get; } = new("systemctl",
        $"""
        #!/bin/sh
        # Stands in for systemctl while an image is built: no service is started, also not by "enable --now".
        case $0 in
            *systemctl) ;;
            *) echo "Running in chroot, ignoring request." >&2; exit 0 ;;
        esac
        count=$#
        while [ "$count" -gt 0 ]; do
            argument=$1
            shift
            [ "$argument" = --now ] || set -- "$@" "$argument"
            count=$((count - 1))
        done
        exec {CoveredProgram.Originals}/systemctl "$@"

        """);
}
