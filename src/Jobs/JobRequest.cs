namespace ImageSdk.Jobs;

/// <summary>Asks for a job.</summary>
/// <param name="Kind">What is to be done: the name of a handler.</param>
/// <param name="Owner">Who asks. Owners take turns.</param>
/// <param name="Input">What the handler is given; by convention JSON. At most 1 MiB.</param>
public sealed record JobRequest(string Kind, string Owner, string Input)
{
    /// <summary>
    /// Requests of one kind with the same key share one job as long as it is queued or running. Null: the request gets a job of its own.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>What the job is about, for <see cref="JobFilter.Subject"/>, or null.</summary>
    public string? Subject { get; init; }

    /// <summary>The architecture that a worker must have, or null where any will do.</summary>
    public string? Architecture { get; init; }

    /// <summary>Labels that a worker must have, all of them.</summary>
    public IReadOnlyCollection<string> Labels { get; init; } = [];

    /// <summary>Jobs of higher priority go first, whoever owns them. A request that joins a queued job raises its priority.</summary>
    public int Priority { get; init; }

    /// <summary>How often the job may be started before it fails for good. Lost workers count, restarts for maintenance do not.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>How long one attempt may take; it fails for good after that. Null: as long as it wants.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <exception cref="JobException">IMG7284: the request says something impossible.</exception>
    internal void Check()
    {
        var fault = this switch
        {
            { Kind: null or "" } => "it has no kind",
            { Owner: null or "" } => "it has no owner",
            { Key: "" } => "its key is empty; leave it out for a job of its own",
            { Input: null } => "it has no input",
            { Input.Length: > 1 << 20 } => $"its input has {Input.Length} characters, at most {1 << 20} are allowed",
            { MaxAttempts: < 1 } => $"it allows {MaxAttempts} attempts, at least 1 is needed",
            { TimeLimit.Ticks: <= 0 } => $"its time limit of {TimeLimit} is not positive",
            _ when Labels.Any(string.IsNullOrWhiteSpace) => "one of its labels is empty",
            _ when Labels.Any(label => label.Contains('\n')) => "one of its labels has a line break",
            _ when new[] { Kind, Owner, Key, Subject, Input, Architecture }.Concat(Labels).Any(text => text?.Contains('\0') == true)
                => "it has a NUL character, which databases refuse",
            _ => null,
        };
        if (fault is not null)
            throw new JobException("IMG7284", $"A job of kind '{Kind}' was not accepted: {fault}.");
    }
}

/// <summary>The answer to a request.</summary>
/// <param name="Job">The job, new or shared.</param>
/// <param name="Ticket">The request's own mark, by which it can be withdrawn without cancelling the job for others.</param>
/// <param name="Joined">Whether the job was there already.</param>
public sealed record JobSubmission(Job Job, string Ticket, bool Joined);
