namespace ImageSdk.Jobs.Waking;

/// <summary>What one may wait for.</summary>
enum WakeKind
{
    /// <summary>There may be a job to claim.</summary>
    Queue,

    /// <summary>Something about a job changed: its state, events or log.</summary>
    Job,

    /// <summary>A running job is to end.</summary>
    Cancel,
}

/// <summary>A kind of change and the job it is about, or 0 for any job.</summary>
readonly record struct WakeTopic(WakeKind Kind, long Job = 0)
{
    /// <summary>The form in which databases carry it.</summary>
    public override string ToString() => Job == 0 ? $"{Kind}" : $"{Kind}:{Job}";

    public static WakeTopic? Parse(string text)
        => text.Split(':') is [var kind, .. var rest] && Enum.TryParse<WakeKind>(kind, out var parsed)
            ? new(parsed, rest is [var job] && long.TryParse(job, out var number) ? number : 0)
            : null;
}
