using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Lending;

/// <summary>
/// The policy by which Debian's invoke-rc.d starts no service: it would run on the building machine, with its ports and devices, and end
/// with the command. A policy of the image's own, or one that a script writes, stays.
/// </summary>
static class ServicePolicy
{
    /// <summary>Unlike what others write there, to recognize our own.</summary>
    static ReadOnlySpan<byte> Script => "#!/bin/sh\n# No service is started while the image is built.\nexit 101\n"u8;

    public static BorrowedFile Borrow(DirectoryHandle root) => new(root, "/usr/sbin/policy-rc.d", Script.ToArray(), Permissions.Program);
}
