namespace ImageSdk.Jobs;

/// <summary>The queue cannot do what it was asked for. Codes are listed in docs/errors.md.</summary>
public class JobException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The code of the error.</summary>
    public string Code => code;
}

/// <summary>Whoever writes does not hold the job's lease any more: the job went to another worker, or ended.</summary>
public sealed class LeaseLostException(long job)
    : JobException("IMG7283", $"The lease of job {job} is lost: the job was given to another worker or has ended. Stop working on it.");
