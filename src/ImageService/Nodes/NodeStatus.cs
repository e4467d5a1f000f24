using System.Text.Json.Nodes;

namespace ImageSdk.ImageService.Nodes;

/// <summary>How a build node is, as clients see it.</summary>
/// <param name="Xname">Its name.</param>
/// <param name="Ssh">Whether it lets the service in, in words.</param>
/// <param name="Podman">Whether it can run containers, in words.</param>
/// <param name="Architecture">As <c>uname</c> says it.</param>
/// <param name="Jobs">How many it runs; -1 where that is not known.</param>
/// <param name="IsAble">Whether it can run another.</param>
sealed record NodeStatus(string Xname, string Ssh, string Podman, string Architecture, int Jobs, bool IsAble)
{
    const string Unknown = "Unknown";

    public static NodeStatus Unreachable(string xname, string why) => new(xname, $"Unable to connect to node. Error: {why}", Unknown, Unknown, -1, false);

    public JsonObject ToJson() => new()
    {
        ["ableToRunJobs"] = IsAble, ["nodeArch"] = Architecture, ["numCurrentJobs"] = Jobs, ["podmanStatus"] = Podman, ["sshStatus"] = Ssh, ["xname"] = Xname,
    };
}
