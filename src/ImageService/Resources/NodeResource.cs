using System.Text.Json.Nodes;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Validation;

namespace ImageSdk.ImageService.Resources;

/// <summary>Machines on which jobs may run. They are known by their names, and removed for good.</summary>
sealed class NodeResource(ServiceContext context) : RecordResource<BuildNode>(context, RecordKinds.Nodes, Schemas.Node)
{
    const int AskedAtOnce = 8;

    /// <exception cref="ApiProblem">There is no such node.</exception>
    public async Task<JsonObject> AskAsync(string xname, CancellationToken cancellation) =>
        (await Context.Probe.AskAsync((await GetAsync(xname, isDeleted: false, cancellation)).Xname, cancellation)).ToJson();

    /// <summary>Asks all nodes, several at a time.</summary>
    public async Task<JsonArray> AskAllAsync(CancellationToken cancellation)
    {
        var nodes = await Context.Records.ReadAllAsync(Kind, areDeleted: false, cancellation);
        var answers = new JsonObject[nodes.Count];
        await Parallel.ForAsync(0, nodes.Count, new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = cancellation }, async (index, stop) =>
            answers[index] = (await Context.Probe.AskAsync(nodes[index].Xname, stop)).ToJson());
        return [.. answers];
    }

    protected override Task<BuildNode> MakeAsync(JsonObject values, CancellationToken cancellation) => Task.FromResult(new BuildNode(values["xname"]!.GetValue<string>()));

    protected override BuildNode WithLinkOf(BuildNode record, ArtifactLink? link, string? deleted) => record;
}
