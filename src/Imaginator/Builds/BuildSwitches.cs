using System.Text.Json;
using ImageSdk.Images;

namespace ImageSdk.Imaginator.Builds;

/// <summary>Until when there are no automatic builds, and none on request. Survives a restart.</summary>
/// <param name="file">Where it is kept.</param>
/// <param name="rebuildInterval">Of automatic builds; they are disabled for four of them at most.</param>
/// <param name="time">The clock.</param>
sealed class BuildSwitches(string file, TimeSpan rebuildInterval, TimeProvider time)
{
    static readonly TimeSpan longest = TimeSpan.FromHours(24);

    readonly Lock turn = new();
    State state = Read(file);

    sealed record State(DateTimeOffset? AutomaticUntil, DateTimeOffset? RequestsUntil);

    /// <summary>Null where they are enabled.</summary>
    public DateTimeOffset? AutomaticDisabledUntil => InFuture(state.AutomaticUntil);

    /// <summary>Null where they are enabled.</summary>
    public DateTimeOffset? RequestsDisabledUntil => InFuture(state.RequestsUntil);

    /// <exception cref="BuildRefusedException">That is too long.</exception>
    public DateTimeOffset DisableAutomatic(TimeSpan duration)
    {
        if (rebuildInterval > TimeSpan.Zero && duration > 4 * rebuildInterval)
            throw new BuildRefusedException($"cannot disable auto building for more than: {HumanDuration.Format(4 * rebuildInterval)}");
        var until = time.GetUtcNow() + duration;
        Set(state with { AutomaticUntil = until });
        return until;
    }

    /// <param name="duration">Zero to enable them.</param>
    /// <returns>Null where they are enabled.</returns>
    /// <exception cref="BuildRefusedException">That is too long.</exception>
    public DateTimeOffset? DisableRequests(TimeSpan duration)
    {
        if (duration > longest)
            throw new BuildRefusedException("cannot disable build requests for more than: 24h");
        DateTimeOffset? until = duration > TimeSpan.Zero ? time.GetUtcNow() + duration : null;
        Set(state with { RequestsUntil = until });
        return until;
    }

    DateTimeOffset? InFuture(DateTimeOffset? at) => at > time.GetUtcNow() ? at : null;

    void Set(State next)
    {
        lock (turn)
        {
            File.WriteAllText(file + "~", JsonSerializer.Serialize(next));
            File.Move(file + "~", file, overwrite: true);
            state = next;
        }
    }

    static State Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<State>(File.ReadAllText(file)) ?? new(null, null);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            return new(null, null);
        }
    }
}
