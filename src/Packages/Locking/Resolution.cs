using System.Text.Json.Serialization;

namespace ImageSdk.Packages.Locking;

/// <summary>Which packages make a root, and how dpkg is to be called for them.</summary>
/// <param name="Lists">Digest of the package lists that this was worked out from.</param>
/// <param name="Essential">Installed first, at once, in this order.</param>
/// <param name="Rest">Installed by <paramref name="Calls"/>.</param>
/// <param name="Calls">Arguments of dpkg as apt would call it, packages as the names of their files.</param>
/// <param name="ExtendedStates">apt's notes of what came only because something needs it: /var/lib/apt/extended_states.</param>
sealed record Resolution(
    string Lists, IReadOnlyList<DebianPackage> Essential, IReadOnlyList<DebianPackage> Rest,
    IReadOnlyList<IReadOnlyList<string>> Calls, string ExtendedStates);

/// <summary>A resolution that is being worked out.</summary>
/// <param name="Essential">As in the whole, known already.</param>
/// <param name="Whole">Fails with what keeps apt from an answer.</param>
/// <param name="LacksSources">Whether a source of packages was skipped.</param>
sealed record PendingResolution(IReadOnlyList<DebianPackage> Essential, Task<Resolution> Whole, bool LacksSources = false)
{
    public static PendingResolution Of(Resolution known) => new(known.Essential, Task.FromResult(known));
}

[JsonSerializable(typeof(Resolution))]
sealed partial class ResolutionJson : JsonSerializerContext;
