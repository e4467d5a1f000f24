using ImageSdk.Jobs.Stores;

namespace ImageSdk.Jobs.Queues;

/// <summary>Copies of all jobs with their events and logs, as SQLite files, whichever database they are from and go to.</summary>
public static class JobBackup
{
    /// <summary>Copies all jobs, as they are at one moment, while others use the database.</summary>
    /// <param name="connection">Where the jobs are; as for <see cref="JobQueue"/>.</param>
    /// <param name="file">A path at which there is nothing.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="JobException">IMG7280 to IMG7282: the database cannot be used. IMG7390: the file cannot be written.</exception>
    public static async Task SaveAsync(string connection, string file, CancellationToken cancel = default)
    {
        await using var store = JobStores.Open(connection);
        await TryAsync(() => store.SaveAsync(file, cancel), problem => new("IMG7390", $"The jobs in {store.Place} cannot be copied to {file}: {problem.Message}", problem));
    }

    /// <summary>Takes over the jobs of a copy. A database that is not there is made.</summary>
    /// <exception cref="JobException">IMG7393: there are jobs already. Others: the database, or the copy, cannot be used.</exception>
    public static async Task LoadAsync(string file, string connection, CancellationToken cancel = default)
    {
        await using var store = JobStores.Open(connection);
        await TryAsync(() => store.LoadAsync(file, cancel), problem => new("IMG7281", $"The jobs in {store.Place} cannot be used: {problem.Message}", problem));
    }

    static async Task TryAsync(Func<Task> operation, Func<Exception, JobException> explain)
    {
        try
        {
            await operation();
        }
        catch (Exception problem) when (problem is not (JobException or OperationCanceledException))
        {
            throw explain(problem);
        }
    }
}
