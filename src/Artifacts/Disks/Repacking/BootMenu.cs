using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Artifacts.Boot;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Disks.Repacking;

/// <summary>
/// Has GRUB's menu start the kernel that the image has now. The image's own update-grub cannot: it asks which devices the root lies on, and
/// there are none where an image is built.
/// </summary>
static partial class BootMenu
{
    const ulong Longest = 1 << 20;

    static readonly string[] menus = ["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"];

    /// <summary>Puts the newest kernel into the place of the one that a menu starts, unless it names that already.</summary>
    public static void Update(ArtifactContext context, VolumeTrees trees)
    {
        foreach (var menu in menus)
        {
            if (context.Tree.Index.Find(menu) is not RegularInode { Size: > 0 and < Longest and var size } former)
                continue;
            using var root = context.OpenRoot();
            using var file = root.OpenBeneath(Encoding.UTF8.GetBytes(menu[1..]));
            var bytes = new byte[size];
            var text = Encoding.Latin1.GetString(bytes, 0, file.Read(bytes));
            if (KernelName().Match(text) is not { Success: true } named || KernelFiles.Find(context.Tree) is not { Initrd: not null, Version: { Length: > 0 } version }
                || KernelName().Matches(text).Any(match => match.Groups["version"].Value == version))
                continue;
            var before = named.Groups["version"].Value;
            context.Progress($"{menu} starts Linux {version} in the place of {before}");
            trees.Add(menu, Encoding.Latin1.GetBytes(text.Replace(before, version, StringComparison.Ordinal)), former.Mode & InodeMode.PermissionMask);
        }
    }

    [GeneratedRegex(@"^\s*linux(?:efi|16)?\s+\S*/vmlinuz-(?<version>[^\s']+)", RegexOptions.Multiline)]
    private static partial Regex KernelName();
}
