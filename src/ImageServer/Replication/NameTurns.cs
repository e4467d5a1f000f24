namespace ImageSdk.ImageServer.Replication;

/// <summary>Lets those who deal with the same name take their turns, in the order in which they came.</summary>
sealed class NameTurns
{
    readonly Dictionary<string, Task> last = [];

    /// <summary>Takes a place at once; it is the caller's turn when the task ends. Every turn has to be ended.</summary>
    public Turn Enter(string name)
    {
        lock (last)
        {
            var turn = new Turn(this, name, last.GetValueOrDefault(name, Task.CompletedTask));
            last[name] = turn.Ended;
            return turn;
        }
    }

    void Leave(string name, Task ended)
    {
        lock (last)
        {
            if (last[name] == ended)
                last.Remove(name);
        }
    }

    /// <summary>A place among those who deal with a name.</summary>
    public sealed class Turn(NameTurns turns, string name, Task before) : IDisposable
    {
        readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isLeft;

        /// <summary>Ends when it is the caller's turn.</summary>
        public Task Begun => before;

        internal Task Ended => ended.Task;

        /// <summary>Ends the turn, or gives the place up.</summary>
        public void Dispose()
        {
            if (isLeft)
                return;
            isLeft = true;
            turns.Leave(name, ended.Task);
            // Whoever comes next still has to wait for those before.
            if (before.IsCompleted)
                ended.SetResult();
            else
                before.ContinueWith(_ => ended.SetResult(), TaskScheduler.Default);
        }
    }
}
