using System.Text.RegularExpressions;
using ImageSdk.Hosting.Flags;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Options;

/// <summary>Where jobs are kept: the flags of daemon and workers.</summary>
sealed partial class JobsDatabase
{
    /// <summary>A path, a connection string or a URI, without a password; empty for none.</summary>
    public string Connection { get; set; } = "";

    /// <summary>A file that holds it, with a password; empty for none.</summary>
    public string File { get; set; } = "";

    /// <summary>How long a worker may be silent before its job is given to another.</summary>
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(60);

    public void AddFlags(FlagSet flags, string absent)
    {
        flags.Add("jobsDatabase", "string", "", $"Where jobs are kept: a path, or a connection string or URI of PostgreSQL without a password; {absent}", WithoutPassword, v => Connection = v);
        flags.AddText("jobsDatabaseFile", "", "File that holds the same in one line, and may have a password", v => File = v);
        flags.AddDuration("leaseTime", LeaseTime, "How long a worker may be silent before its build is given to another", v => LeaseTime = v);
    }

    /// <exception cref="FlagException">Both are given, or a time is none.</exception>
    public void Check()
    {
        if (Connection.Length > 0 && File.Length > 0)
            throw new FlagException("give -jobsDatabase or -jobsDatabaseFile, not both");
        if (LeaseTime < TimeSpan.FromSeconds(1))
            throw new FlagException("-leaseTime must be 1s or more");
    }

    /// <returns>Null where no flag says it.</returns>
    /// <exception cref="JobException">IMG7352: the file cannot be read.</exception>
    public string? Read()
    {
        if (File.Length == 0)
            return Connection.Length > 0 ? Connection : null;
        try
        {
            return System.IO.File.ReadAllText(File).Trim();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new JobException("IMG7352", $"The file of -jobsDatabaseFile cannot be read: {problem.Message}", problem);
        }
    }

    // A process list shows flags to everybody.
    static string WithoutPassword(string text) => Password().IsMatch(text)
        ? throw new FormatException("it has a password, which process lists would show: put it into a file and name that (-jobsDatabaseFile), or use ~/.pgpass")
        : text;

    [GeneratedRegex(@"(^|;)\s*(password|psw|pwd)\s*=|^postgres(ql)?://[^/@]*:[^/]*@|[?&]password=", RegexOptions.IgnoreCase)]
    private static partial Regex Password();
}
