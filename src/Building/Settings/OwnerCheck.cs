using System.Text.RegularExpressions;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Settings;

namespace ImageSdk.Building.Settings;

/// <summary>What can be wrong in owners of files without looking at the image.</summary>
static partial class OwnerCheck
{
    public static void Check(FileOwner owner)
    {
        foreach (var name in new[] { owner.User, owner.Group })
            if (name.Length > 0 && !AccountCheck.IsNameOrNumber(name))
                throw new BuildException("IMG1530", $"\"{name}\" is no owner of files; expected: the name or the number of a user or group of the image.", owner.File, owner.Line);
        foreach (var mode in new[] { owner.Mode, owner.DirectoryMode })
            if (mode.Length > 0 && !OctalMode().IsMatch(mode))
                throw new BuildException("IMG1530", $"\"{mode}\" is no mode of files; expected: an octal number such as 0640.", owner.File, owner.Line);
    }

    [GeneratedRegex(@"^[0-7]{3,4}\z")]
    private static partial Regex OctalMode();
}
