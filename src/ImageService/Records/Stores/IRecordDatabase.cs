using System.Data.Common;

namespace ImageSdk.ImageService.Records.Stores;

/// <summary>What holds records. What differs between databases is here; the statements are the same.</summary>
interface IRecordDatabase : IAsyncDisposable
{
    /// <summary>Where it is, for people; without a password.</summary>
    string Place { get; }

    /// <summary>The folder of its migrations.</summary>
    string Migrations { get; }

    Task<DbConnection> OpenAsync(CancellationToken cancellation);

    /// <summary>A transaction that writes: no other one comes in between what it reads and what it writes.</summary>
    Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellation);

    /// <summary>What is said to it once, before it is used, outside of transactions; empty for nothing.</summary>
    string Prepare { get; }

    /// <summary>What a transaction begins with that changes the tables, so that another one waits; empty for nothing.</summary>
    string LockSchema { get; }

    /// <summary>Of a reading: what keeps the row from changing until the transaction ends.</summary>
    string ForUpdate { get; }

    /// <summary>The condition that a record has <c>@name</c>, as the index has names.</summary>
    string HasName { get; }

    /// <summary>Whether a value is there already that must be there once.</summary>
    bool IsTaken(DbException exception);
}
