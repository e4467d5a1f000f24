namespace ImageSdk.Machines.Tests;

/// <summary>A test that boots something.</summary>
sealed class QemuFactAttribute : FactAttribute
{
    public QemuFactAttribute()
    {
        if (!File.Exists("/usr/bin/qemu-system-x86_64"))
            Skip = "needs qemu-system-x86_64; eng/test.sh installs it";
    }
}
