using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Images;

/// <summary>Who may change what. Whoever holds the power to call a method may do all that the method does.</summary>
static class ImagePermissions
{
    const string NoAccess = "no access to image";

    /// <summary>Whether a caller may change or delete an image: its creator, an owner, or a member of the directory's group.</summary>
    /// <param name="ownerGroup">Of the image's directory; null where there is no such directory.</param>
    /// <exception cref="SrpcException">The caller may not.</exception>
    public static void Check(SrpcCaller caller, ImageHeader image, string? ownerGroup, string directory)
    {
        if (caller.HasMethodAccess || IsOwner(caller, image))
            return;
        if (ownerGroup is null)
            throw NoMetadata(directory);
        if (ownerGroup.Length == 0 || !caller.Groups.Contains(ownerGroup))
            throw new SrpcException(NoAccess);
    }

    /// <summary>Whether a caller may make something in a directory.</summary>
    /// <exception cref="SrpcException">The caller may not.</exception>
    public static void CheckMake(SrpcCaller caller, string parentGroup)
    {
        if (!caller.HasMethodAccess)
            RequireMembership(caller, parentGroup);
    }

    /// <summary>
    /// Whether a caller may give a directory to a group: a member of the group that owns the parent directory, or of both
    /// the group that owns it and the one that is to own it.
    /// </summary>
    /// <exception cref="SrpcException">The caller may not.</exception>
    public static void CheckChangeOwner(SrpcCaller caller, string parentGroup, string currentGroup, string newGroup)
    {
        if (caller.HasMethodAccess || (parentGroup.Length > 0 && caller.Groups.Contains(parentGroup)))
            return;
        if (!caller.Groups.Contains(newGroup))
            throw NoMembership(newGroup);
        if (currentGroup.Length == 0 || !caller.Groups.Contains(currentGroup))
            throw new SrpcException(NoAccess);
    }

    public static SrpcException NoMetadata(string directory) => new($"no metadata for: \"{directory}\"");

    static void RequireMembership(SrpcCaller caller, string group)
    {
        if (group.Length == 0)
            throw new SrpcException(NoAccess);
        if (!caller.Groups.Contains(group))
            throw NoMembership(group);
    }

    static SrpcException NoMembership(string group) => new($"no membership of {group} group");

    static bool IsOwner(SrpcCaller caller, ImageHeader image) =>
        (caller.User.Length > 0 &&
            (caller.User == image.CreatedBy || caller.User == image.CreatedFor || image.OwnerUsers.Contains(caller.User))) ||
        image.OwnerGroups.Any(caller.Groups.Contains);
}
