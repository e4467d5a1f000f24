namespace ImageSdk.ImageService.Api;

// Answers that are no records, for the document of the interface.

sealed record VersionBody(string Version);

sealed record HealthBody;

sealed record NodeStatusBody(string Xname, string SshStatus, string PodmanStatus, string NodeArch, int NumCurrentJobs, bool AbleToRunJobs);

/// <param name="Errors">What is wrong with which member of a body.</param>
sealed record ProblemBody(int Status, string Title, string? Detail, System.Text.Json.Nodes.JsonObject? Errors);
