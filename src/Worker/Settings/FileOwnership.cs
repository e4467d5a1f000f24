using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Settings;
using ImageSdk.Posix;

namespace ImageSdk.Worker.Settings;

/// <summary>To whom copied files belong, in numbers.</summary>
/// <param name="Owner">Null for root.</param>
/// <param name="FileMode">Null for their own.</param>
/// <param name="DirectoryMode">Null for the usual one.</param>
sealed record FileOwnership((uint Uid, uint Gid)? Owner, uint? FileMode, uint? DirectoryMode)
{
    /// <summary>In the words of a root as it is now.</summary>
    /// <exception cref="BuildException">IMG1530: the root has no such user or group.</exception>
    public static FileOwnership? Of(DirectoryHandle root, FileOwner? owner) =>
        owner is null ? null : new(OwnerNames.Resolve(root, owner), Bits(owner.Mode), Bits(owner.DirectoryMode));

    public void Set(DirectoryHandle parent, ReadOnlySpan<byte> name, FileKind kind)
    {
        var status = parent.Stat(name);
        if (Owner is { } owner && (status.Uid, status.Gid) != owner)
            parent.SetOwner(name, owner.Uid, owner.Gid);
        // A change of owner takes set-uid and set-gid away.
        var mode = kind switch { FileKind.Directory => DirectoryMode, FileKind.Regular => FileMode, _ => null } ?? status.Permissions;
        if (kind != FileKind.Symlink && parent.Stat(name).Permissions != mode)
            parent.SetPermissions(name, mode);
    }

    static uint? Bits(string octal) => octal.Length == 0 ? null : Convert.ToUInt32(octal, 8);
}
