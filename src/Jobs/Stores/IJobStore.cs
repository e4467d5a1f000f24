using ImageSdk.Jobs.Waking;

namespace ImageSdk.Jobs.Stores;

/// <summary>What differs between databases: connections, locks, signals between processes and which errors pass. Statements are shared.</summary>
interface IJobStore : IAsyncDisposable
{
    /// <summary>Where the jobs are, for messages; without secrets.</summary>
    string Place { get; }

    /// <summary>Added to a query for rows that are to be changed: waits for those who have them locked.</summary>
    string ForUpdate { get; }

    /// <summary>Added to a query over jobs, named j: skips those that others have locked.</summary>
    string SkipLocked { get; }

    /// <summary>The condition that what precedes it is among the values of an argument that is a list.</summary>
    string In(string argument);

    /// <summary>The folder of resources with this database's migrations.</summary>
    string Migrations { get; }

    /// <summary>Before first use, outside of a transaction: makes what has to be there.</summary>
    /// <exception cref="JobException">IMG7281: it cannot be made.</exception>
    void Prepare();

    /// <summary>Opens a connection with a transaction. Where writers exclude each other, one that writes waits for the others.</summary>
    Task<JobTransaction> BeginAsync(bool writes, CancellationToken cancel);

    /// <summary>Runs first in the transaction that brings the schema up to date: one process at a time.</summary>
    Task LockSchemaAsync(JobTransaction transaction);

    /// <summary>Announces changes to other processes, as part of the transaction where the database can.</summary>
    Task AnnounceInsideAsync(JobTransaction transaction, IReadOnlyCollection<WakeTopic> topics);

    /// <summary>Announces changes to other processes after the transaction.</summary>
    void AnnounceAfter(IReadOnlyCollection<WakeTopic> topics);

    /// <summary>Passes on what other processes announce, until cancelled.</summary>
    Task ListenAsync(WakeHub hub, Action<string> report, CancellationToken cancel);

    /// <summary>Whether the same operation may succeed a little later.</summary>
    bool IsTransient(Exception exception);

    /// <summary>Copies all jobs, as they are at one moment, into a new SQLite file. Others go on using the database.</summary>
    Task SaveAsync(string file, CancellationToken cancel);

    /// <summary>Takes over all jobs of a SQLite file that <see cref="SaveAsync"/> has made.</summary>
    /// <exception cref="JobException">IMG7393: there are jobs already.</exception>
    Task LoadAsync(string file, CancellationToken cancel);

    /// <summary>Makes later operations start with fresh connections: one of them was broken.</summary>
    void Reconnect(Exception exception);
}
