namespace ImageSdk.ImageService.Nodes;

/// <summary>A node does not answer any more, or lets no one in: its job is done elsewhere.</summary>
sealed class NodeLostException(string node, string why) : Exception($"The node {node} is lost: {why}")
{
    public string Node => node;
}
