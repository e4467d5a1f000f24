using System.Text;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Messages;
using ImageSdk.Debian.Dpkg;
using ImageSdk.Debian.Planning;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Cleaning;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Debian.Installing;

/// <summary>The layers of one stage, one on the other. Each is named by what it is made of and what it lies on, and made once.</summary>
/// <param name="log">The stage's own log, which has those of all its layers in it.</param>
sealed class StepLayers(WorkerSession session, RunStageRequest request, StringBuilder log) : IDisposable
{
    readonly List<string> parts = [];

    /// <summary>The uppermost layer while it is being put into the cache.</summary>
    PendingLayer? pending;
    int made, taken;
    string? provisionalKey;
    LayerSize size = new(0, 0);

    /// <summary>All that the next layer depends on.</summary>
    string chain = CacheKey.Of([DescribeSettings(request), .. request.Layers]);

    /// <summary>Waits until all are in the cache.</summary>
    /// <returns>The layers below the next one, the lowest first.</returns>
    public IReadOnlyList<string> AwaitAll()
    {
        EndPending();
        return Below;
    }

    IReadOnlyList<string> Below => [.. request.Layers, .. parts.Where(part => !session.Store.IsEmpty(part))];

    /// <summary>What was made and what was there, in a few words.</summary>
    public DoneEvent Done => new(Layer: size, Summary: taken == 0 ? null : $"{made} of {made + taken} steps, the others from the cache", ProvisionalKey: provisionalKey);

    /// <summary>Makes the stage's last layer one that no other build takes. Those before it depend on nothing but what is in them.</summary>
    public void MakeProvisional() => provisionalKey = CacheKey.Provisional(request.LayerId);

    // What the stage reads but for the list and the lock, of which each layer has its part.
    static string DescribeSettings(RunStageRequest request) => string.Join('\n', request.Inputs.Split('\n').Where(line =>
        !line.StartsWith("package ", StringComparison.Ordinal) && !line.StartsWith("lock ", StringComparison.Ordinal)));

    /// <summary>Which layers of these inputs, one on the other, the cache lacks.</summary>
    public IReadOnlyList<bool> FindMissing(string kind, IEnumerable<string> inputs)
    {
        var missing = new List<bool>();
        var key = chain;
        foreach (var input in inputs)
            missing.Add(!session.Store.Contains(CacheKey.IdOf(key = CacheKey.Of(key, kind, input))));
        return missing;
    }

    /// <summary>Takes the next layer from the cache, or makes it.</summary>
    /// <param name="kind">What it is, in the words of a list of layers.</param>
    /// <param name="inputs">What it is made of, in words.</param>
    /// <param name="title">For the log.</param>
    /// <param name="visible">A layer that is there while this one is made, and not part of it.</param>
    /// <param name="reverted">Paths where nothing is kept.</param>
    public void Add(
        string kind, string inputs, string title, string? visible, IReadOnlyList<string> reverted, CommandSettings settings, Action<StageContext> make)
    {
        chain = CacheKey.Of(chain, kind, inputs);
        var id = CacheKey.IdOf(chain);
        if (!Take(id, title))
        {
            var making = session.Store.LockAsync(
                id, () => session.Listener.Progress($"Waiting for another build that installs {title}"), session.Cancellation).GetAwaiter().GetResult();
            if (Take(id, title))
                making.Dispose();
            else
            {
                Make(id, $"{kind}\n{inputs}", visible is null ? Below : [.. Below, visible], settings, make, reverted, null, making);
                made++;
            }
        }
        parts.Add(id);
    }

    bool Take(string id, string title)
    {
        if (!session.Store.Contains(id))
            return false;
        session.Store.MarkUsed([id]);
        var line = $"From the cache: {title}";
        session.Listener.Output(line);
        log.Append(line).Append('\n').Append(File.ReadAllText(session.Store.LogFile(id)));
        taken++;
        return true;
    }

    /// <summary>Makes the stage's last layer, which brings the others along.</summary>
    /// <param name="lists">The layer below it that has apt's lists; null for none.</param>
    public void Finish(string? lists, Action<StageContext> make)
    {
        if (lists is not null)
            parts.Add(lists);
        Make(provisionalKey is null ? request.LayerId : CacheKey.IdOf(provisionalKey), request.Inputs, Below, request.Settings, make, [], parts, null);
        EndPending();
    }

    /// <param name="brought">The layers that it brings along, where it is the last.</param>
    /// <param name="making">Held until the layer is in the cache.</param>
    void Make(
        string id, string inputs, IReadOnlyList<string> below, CommandSettings settings, Action<StageContext> make,
        IReadOnlyList<string> reverted, IReadOnlyList<string>? brought, IDisposable? making)
    {
        StageRoot? root = null;
        try
        {
            session.Cancellation.ThrowIfCancellationRequested();
            root = StageRoot.On(session, [.. below.Select(layer => pending?.Id == layer ? pending.Tree : LayerStore.TreeOf(layer))]);
            // Hashing it takes one processor while commands take another. It moves meanwhile, which what is mounted does not notice.
            pending?.Begin();
            string said;
            bool hadNotes;
            using (var context = new StageContext(root, settings, session))
            {
                var logs = AptLogs.Measure(context.Handle);
                hadNotes = LinkerNotes.AreIn(context.Handle);
                make(context);
                if (context.HasRunCommands)
                    new BuilderTraces(context).Remove(ofPackages: true);
                AptLogs.ForgetTimes(context.Handle, logs);
                said = context.LogText;
            }
            log.Append(said);
            EndPending();
            root.Settle(below, reverted);
            using (var upper = DirectoryHandle.Open(root.Upper))
                LinkerNotes.Forget(upper, hadNotes);
            var text = brought is null ? said : log.ToString();
            var kept = root;
            pending = new(session.Store, id, root, () => kept.Keep(id, below, inputs, text, null, brought ?? []), making);
        }
        catch
        {
            root?.Dispose();
            making?.Dispose();
            throw;
        }
    }

    void EndPending()
    {
        if (pending is not { } ending)
            return;
        pending = null;
        using (ending)
        {
            var own = ending.Finish().Measure();
            size = new(size.Bytes + own.Bytes, size.Entries + own.Entries);
        }
    }

    /// <summary>What was made is kept also where what comes after it fails.</summary>
    public void Dispose() => pending?.Dispose();
}
