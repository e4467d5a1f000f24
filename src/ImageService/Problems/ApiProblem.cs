using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageService.Problems;

/// <summary>A request that is answered with a problem document (RFC 9457): status, title and detail, and for bodies what is wrong with which member.</summary>
sealed class ApiProblem(int status, string title, string? detail, JsonObject? errors = null) : Exception(detail ?? title)
{
    const string Determine = "etermine the specific information that is missing or invalid and then re-run the request with valid information.";

    public int Status { get; } = status;

    public static ApiProblem NoInput() => BadRequest($"No input provided. D{Determine}");

    public static ApiProblem BadRequest(string detail) => new(StatusCodes.Status400BadRequest, "Bad Request", detail);

    public static ApiProblem NotFound() =>
        new(StatusCodes.Status404NotFound, "Not Found", "Requested resource does not exist. Re-run request with valid ID.");

    public static ApiProblem Conflict() => new(
        StatusCodes.Status409Conflict, "Conflict", "Requested resource exists, but cannot be patched due to a patch conflict. Re-run request with valid input values.");

    public static ApiProblem Invalid(JsonObject errors) => new(
        StatusCodes.Status422UnprocessableEntity, "Unprocessable Entity",
        "Input data was understood, but failed validation. Re-run request with valid input values for the fields indicated in the response.", errors);

    public static ApiProblem Unprocessable(string detail) => new(StatusCodes.Status422UnprocessableEntity, "Unprocessable Entity", detail);

    /// <param name="link">As the client wrote it.</param>
    public static ApiProblem NoArtifact(JsonNode? link) =>
        Unprocessable($"The s3 artifact {PythonText.Of(link)} cannot be validated. Please d{Determine}");

    public static ApiProblem UnreadableManifest(JsonNode? link) =>
        Unprocessable($"Unable to read manifest file for the s3 artifact {PythonText.Of(link)}. Please d{Determine}");

    public static ApiProblem LargeManifest(JsonNode? link) =>
        BadRequest($"Image manifest file is larger than the expected maximum size for the s3 artifact {PythonText.Of(link)}. Please d{Determine}");

    public static ApiProblem NoRootfs(JsonNode? link) =>
        BadRequest($"Error reading the manifest.json for IMS {PythonText.Of(link)}. The manifest does not include any rootfs artifacts. D{Determine}");

    public static ApiProblem ManyRootfs(JsonNode? link) =>
        BadRequest($"Error reading the manifest.json for {PythonText.Of(link)}. The manifest includes multiple rootfs artifacts. D{Determine}");

    /// <param name="kind">"image" or "recipe".</param>
    public static ApiProblem LinkTaken(string path, string kind, string owner) => Unprocessable(
        $"The link path {path} matches the link path for the IMS {kind} record {owner}. The link value must be unique and cannot be duplicated. D{Determine}");

    public static ApiProblem Internal() =>
        new(StatusCodes.Status500InternalServerError, "Internal Server Error", "The server could not do it. Its log says why.");

    public JsonObject ToJson()
    {
        var document = new JsonObject { ["status"] = Status, ["title"] = title };
        if (detail is not null)
            document["detail"] = detail;
        if (errors is not null)
            document["errors"] = errors.DeepClone();
        return document;
    }
}
