namespace ImageSdk.ImageService.Resources;

/// <summary>One who changes a record or its artifacts waits for another one who does. Others are not held up.</summary>
sealed class RecordTurns
{
    readonly Dictionary<string, (SemaphoreSlim Turn, int Users)> turns = [];

    public async Task<IDisposable> TakeAsync(string id, CancellationToken cancellation)
    {
        SemaphoreSlim turn;
        lock (turns)
        {
            var (known, users) = turns.GetValueOrDefault(id, (new SemaphoreSlim(1), 0));
            turns[id] = (turn = known, users + 1);
        }
        try
        {
            await turn.WaitAsync(cancellation);
        }
        catch
        {
            Leave(id);
            throw;
        }
        return new Held(this, id, turn);
    }

    void Leave(string id)
    {
        lock (turns)
        {
            var (turn, users) = turns[id];
            if (users == 1)
                turns.Remove(id);
            else
                turns[id] = (turn, users - 1);
        }
    }

    sealed class Held(RecordTurns turns, string id, SemaphoreSlim turn) : IDisposable
    {
        public void Dispose()
        {
            turn.Release();
            turns.Leave(id);
        }
    }
}
