namespace ImageSdk.Building.Auditing;

/// <summary>What a project wants its image to be held against.</summary>
/// <param name="Sources">Paths and addresses of advisories.</param>
/// <param name="Ignored">Advisories that do not count.</param>
/// <param name="WithUnfixed">Whether those without a fix count.</param>
public sealed record AuditSettings(IReadOnlyList<string> Sources, IReadOnlyList<string> Ignored, bool WithUnfixed);
