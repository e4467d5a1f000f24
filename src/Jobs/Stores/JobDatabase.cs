using ImageSdk.Jobs.Waking;

namespace ImageSdk.Jobs.Stores;

/// <summary>
/// Runs operations as transactions, again where the database was busy or away. So each must come to the same end when its first run
/// was committed and only the answer was lost.
/// </summary>
sealed class JobDatabase(IJobStore store, JobQueueOptions options, WakeHub hub) : IAsyncDisposable
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Sees each statement with its arguments: tests look at how the database goes about them.</summary>
    public Action<string, object?>? Observer { get; set; }

    public IJobStore Store => store;

    public WakeHub Hub => hub;

    public TimeProvider Clock => options.Clock;

    public JobQueueOptions Options => options;

    public long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    public Task<T> ReadAsync<T>(Func<JobTransaction, Task<T>> operation, CancellationToken cancel)
        => RunAsync(() => RunOnceAsync(false, operation, cancel), options.Patience, cancel);

    public Task<T> WriteAsync<T>(Func<JobTransaction, Task<T>> operation, CancellationToken cancel, TimeSpan? patience = null)
        => RunAsync(() => RunOnceAsync(true, operation, cancel), patience ?? options.Patience, cancel);

    /// <summary>Makes the database where it is not there, and brings its schema up to date.</summary>
    public Task PrepareAsync(CancellationToken cancel)
        => RunAsync(() =>
        {
            store.Prepare();
            return RunOnceAsync(true, transaction => JobMigrations.ApplyAsync(transaction, store), cancel);
        }, options.Patience, cancel);

    /// <exception cref="JobException">IMG7281: the database stayed away for too long, or refuses.</exception>
    async Task<T> RunAsync<T>(Func<Task<T>> operation, TimeSpan patience, CancellationToken cancel)
    {
        var began = Clock.GetTimestamp();
        var reported = false;
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            try
            {
                return await operation();
            }
            catch (Exception exception) when (exception is not (JobException or OperationCanceledException))
            {
                store.Reconnect(exception);
                if (!store.IsTransient(exception) || Clock.GetElapsedTime(began) + pause > patience)
                    throw new JobException("IMG7281", $"The jobs in {store.Place} cannot be used: {exception.Message}", exception);
                if (!reported && pause >= LongestPause)
                {
                    reported = true;
                    options.Report?.Invoke($"the jobs in {store.Place} cannot be used at the moment, trying again: {exception.Message}");
                }
                await Task.Delay(pause, Clock, cancel);
            }
    }

    async Task<T> RunOnceAsync<T>(bool writes, Func<JobTransaction, Task<T>> operation, CancellationToken cancel)
    {
        T result;
        IReadOnlyCollection<WakeTopic> topics;
        await using (var transaction = await store.BeginAsync(writes, cancel))
        {
            transaction.Observer = Observer;
            result = await operation(transaction);
            await transaction.CommitAsync();
            topics = transaction.Topics;
        }
        if (topics.Count > 0)
        {
            foreach (var topic in topics)
                hub.Signal(topic);
            store.AnnounceAfter(topics);
        }
        return result;
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
