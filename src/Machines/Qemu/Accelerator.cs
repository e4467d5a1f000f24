namespace ImageSdk.Machines.Qemu;

/// <summary>What runs a machine's instructions.</summary>
enum Accelerator
{
    /// <summary>QEMU translates them. Works everywhere.</summary>
    Tcg,

    /// <summary>The processor runs them itself, by the kernel's KVM.</summary>
    Kvm,
}
