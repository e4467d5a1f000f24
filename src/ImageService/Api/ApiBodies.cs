namespace ImageSdk.ImageService.Api;

// Answers that are no records, for the document of the interface.

sealed record VersionBody(string Version);

sealed record HealthBody;

/// <param name="Level">"DEBUG" or "INFO".</param>
sealed record LogLevelBody(string Level);

sealed record NodeStatusBody(string Xname, string SshStatus, string PodmanStatus, string NodeArch, int NumCurrentJobs, bool AbleToRunJobs);

/// <param name="Errors">What is wrong with which member of a body.</param>
sealed record ProblemBody(int Status, string Title, string? Detail, System.Text.Json.Nodes.JsonObject? Errors);

/// <param name="Md5">As the one who uploaded it said.</param>
/// <param name="Size">Bytes; null of one that is not there.</param>
/// <param name="Url">Where it is fetched, until the address expires; null of one that is not there.</param>
sealed record ArtifactBody(string Type, string? Md5, long? Size, Records.ArtifactLink Link, string? Url);

/// <param name="Link">Where it is then.</param>
/// <param name="Headers">Of the PUT request.</param>
/// <param name="Expires">Seconds since 1970.</param>
sealed record UploadBody(Records.ArtifactLink Link, string Url, IReadOnlyDictionary<string, string> Headers, long Expires);
