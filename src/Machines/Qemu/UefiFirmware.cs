using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Machines.Qemu;

/// <summary>The files of a UEFI firmware: its code, and the variables that a machine begins with.</summary>
sealed record UefiFirmware(string Code, string Variables)
{
    // Debian and Ubuntu; Fedora; Arch.
    static readonly Dictionary<string, UefiFirmware[]> places = new()
    {
        ["amd64"] =
        [
            new("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
            new("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
            new("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
            new("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
        ],
        ["arm64"] =
        [
            new("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"),
            new("/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw", "/usr/share/edk2/aarch64/vars-template-pflash.raw"),
        ],
    };

    /// <exception cref="BuildException">IMG6051: it is not installed.</exception>
    public static UefiFirmware Find(string architecture, string file) =>
        places[architecture].FirstOrDefault(firmware => File.Exists(firmware.Code) && File.Exists(firmware.Variables))
        ?? throw new BuildException("IMG6051",
            $"Booting with UEFI needs its firmware, which is not at {places[architecture][0].Code}. Install it: apt-get install {(architecture == "amd64" ? "ovmf" : "qemu-efi-aarch64")}", file);
}
