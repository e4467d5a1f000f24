using ImageSdk.Images;
using ImageSdk.ImageServer.Objects;

namespace ImageSdk.ImageServer.Replication;

/// <summary>Says who fetches what, so that nothing is fetched by two at once.</summary>
sealed class ObjectClaims
{
    readonly Dictionary<ObjectHash, Task> claimed = [];

    /// <summary>Claims those objects that no other has claimed.</summary>
    public Claim Make(IReadOnlyList<ObjectUse> wanted)
    {
        var mine = new List<ObjectUse>();
        var others = new HashSet<Task>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (claimed)
        {
            foreach (var use in wanted)
            {
                if (claimed.TryAdd(use.Hash, ended.Task))
                    mine.Add(use);
                else
                    others.Add(claimed[use.Hash]);
            }
        }
        return new(this, mine, Task.WhenAll(others), ended);
    }

    void End(Claim claim)
    {
        lock (claimed)
        {
            foreach (var use in claim.Mine)
                claimed.Remove(use.Hash);
        }
    }

    /// <summary>What one has claimed; to be disposed of when it is there, or will not come.</summary>
    public sealed class Claim(ObjectClaims claims, IReadOnlyList<ObjectUse> mine, Task others, TaskCompletionSource ended) : IDisposable
    {
        public IReadOnlyList<ObjectUse> Mine => mine;

        /// <summary>Ends when the claims of others to the rest have ended.</summary>
        public Task Others => others;

        public void Dispose()
        {
            claims.End(this);
            ended.TrySetResult();
        }
    }
}
