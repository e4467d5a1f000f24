using System.Diagnostics;

namespace ImageSdk.Artifacts.Tests.Disks;

/// <summary>The programs that make and check disks.</summary>
static class DiskTools
{
    static readonly string[] Programs =
        ["sfdisk", "mkfs.ext4", "mkfs.vfat", "mcopy", "grub-mkimage", "mkfs.btrfs", "qemu-img", "xorriso", "sqfstar", "debugfs"];

    static readonly string[] Files = ["/usr/lib/grub/i386-pc/boot.img", "/usr/lib/grub/x86_64-efi/modinfo.sh"];

    public static string? WhyNot { get; } =
        Programs.FirstOrDefault(program => new HostTool(program, "").Find() is null) is { } missing ? $"{missing} is not installed"
        : Files.FirstOrDefault(file => !File.Exists(file)) is { } file ? $"{file} is not there"
        : null;

    /// <summary>Runs a program and gives what it prints; it must end well.</summary>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(new HostTool(program, "").Require()) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}{errors.Result}");
        return output;
    }
}

/// <summary>A test that runs the programs of disks.</summary>
sealed class DiskFactAttribute : FactAttribute
{
    public DiskFactAttribute() => Skip = DiskTools.WhyNot;
}
