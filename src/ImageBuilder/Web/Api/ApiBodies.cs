using System.Text.Json.Serialization;
using ImageSdk.ImageBuilder.Builds;

namespace ImageSdk.ImageBuilder.Web.Api;

/// <summary>A request, or what came of it.</summary>
/// <param name="State">queued, running, cancelling, completed, failed or cancelled.</param>
/// <param name="Step">queue, fetch, unpack, archives, install, finish, repack, upload or done.</param>
sealed record RequestBody(
    [property: JsonPropertyName("id")] long Id,
    [property: JsonPropertyName("ticket_id")] string TicketId,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("step")] string Step,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("submitted")] DateTimeOffset Submitted,
    [property: JsonPropertyName("started")] DateTimeOffset? Started,
    [property: JsonPropertyName("finished")] DateTimeOffset? Finished,
    [property: JsonPropertyName("build")] long Build,
    [property: JsonPropertyName("attempt")] int Attempt,
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("image_id")] string? ImageId,
    [property: JsonPropertyName("location")] string? Location,
    [property: JsonPropertyName("artifacts")] IReadOnlyList<ArtifactBody> Artifacts,
    [property: JsonPropertyName("url")] string Url,
    [property: JsonPropertyName("log_url")] string LogUrl)
{
    public static RequestBody Of(RequestView view) => new(
        view.Id, view.Request.TicketId, view.State, view.Step.Name, view.Step.Message, view.Submitted, view.Started, view.Finished, view.Build, view.Attempt, view.Error, view.Result?.ImageId,
        view.Result?.Location, [.. (view.Result?.Artifacts ?? []).Select(artifact => new ArtifactBody(artifact.Name, artifact.Type, artifact.Reference))], ApiEndpoints.PathOf(view.Id), $"{ApiEndpoints.PathOf(view.Id)}/log");
}

/// <param name="Type">IMAGE, MANIFEST, SBOM or LOGS.</param>
/// <param name="Reference">A URL.</param>
sealed record ArtifactBody(
    [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("type")] string Type, [property: JsonPropertyName("reference")] string Reference);

/// <summary>What the builder is doing.</summary>
/// <param name="Status">"ok".</param>
/// <param name="Jobs">Requests that go on or wait, in the order in which they came.</param>
sealed record StatusBody(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("version")] string Version,
    [property: JsonPropertyName("concurrent_builds")] int ConcurrentBuilds,
    [property: JsonPropertyName("queue")] QueueBody Queue,
    [property: JsonPropertyName("jobs")] IReadOnlyList<RequestBody> Jobs);

/// <summary>Builds that wait, and that go on.</summary>
sealed record QueueBody([property: JsonPropertyName("queued")] long Queued, [property: JsonPropertyName("running")] long Running);

/// <summary>What is wrong (RFC 9457).</summary>
/// <param name="Code">One of docs/errors.md.</param>
/// <param name="Errors">What is wrong with fields of the request, by their paths: "base_image.url_list[0]".</param>
sealed record ProblemBody(
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("status")] int Status,
    [property: JsonPropertyName("detail")] string Detail,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("errors"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors = null);
