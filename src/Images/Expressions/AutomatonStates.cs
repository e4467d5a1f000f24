using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace ImageSdk.Images.Expressions;

/// <summary>The states of a program, made when they are first come to. When they take too much memory they are forgotten and made again.</summary>
sealed class AutomatonStates(PathProgram program)
{
    const long MaximumBytes = 32 << 20;
    const int StateBytes = 160;

    readonly Lock turn = new();

    // A word was seen in this round where its mark is the round's number.
    int[] marks = [];
    int round;
    readonly List<int> core = [];
    readonly Stack<int> waiting = new();
    bool isMatch;

    ConcurrentDictionary<(int Place, PathContext Before), AutomatonState> entries = new();
    HashSet<AutomatonState> known = new(SameState.Instance);
    long bytes;

    /// <summary>The state of a way that comes to a word.</summary>
    public AutomatonState Enter(int place, PathContext before)
    {
        if (Volatile.Read(ref entries).TryGetValue((place, before), out var state))
            return state;
        lock (turn)
        {
            Begin();
            Follow(place, null);
            state = Keep(before);
            entries[(place, before)] = state;
            bytes += 64;
            return state;
        }
    }

    /// <summary>The state behind a code point.</summary>
    public AutomatonState Step(AutomatonState state, int codePoint)
    {
        if (state.Next(codePoint) is { } known)
            return known;
        lock (turn)
        {
            var places = state.Core;
            if (state.HasAssertions)
            {
                places = Resolve(state, codePoint);
                if (isMatch)
                    return Link(AutomatonState.Match);
            }
            Begin();
            foreach (var place in places)
                if (TargetOf(program.Code[place], place, codePoint) is >= 0 and var target)
                    Follow(target, null);
            return Link(Keep(PathContexts.Of(codePoint)));
        }

        AutomatonState Link(AutomatonState next)
        {
            bytes += state.SetNext(codePoint, next);
            return next;
        }
    }

    public bool MatchesAtEnd(AutomatonState state)
    {
        if (state.MatchesAtEnd is { } answer)
            return answer;
        lock (turn)
        {
            Resolve(state, PathContexts.End);
            state.MatchesAtEnd = isMatch;
            return isMatch;
        }
    }

    int TargetOf(int word, int place, int codePoint) => PathProgram.OperationOf(word) switch
    {
        PathOperation.Literal => PathProgram.ArgumentOf(word) == codePoint ? place + 1 : -1,
        PathOperation.Set => program.Sets[PathProgram.ArgumentOf(word)].Contains(codePoint) ? place + 1 : -1,
        PathOperation.Dispatch => program.Dispatches[PathProgram.ArgumentOf(word)].Find(codePoint),
        _ => -1,
    };

    /// <summary>Carries out the assertions of a state, now that the next code point is known.</summary>
    int[] Resolve(AutomatonState state, int next)
    {
        Begin();
        foreach (var place in state.Core)
            Follow(place, (state.Before, next));
        return [.. core];
    }

    void Begin()
    {
        if (marks.Length == 0)
            marks = new int[program.Code.Length];
        if (++round == int.MaxValue)
        {
            Array.Clear(marks);
            round = 1;
        }
        core.Clear();
        isMatch = false;
    }

    /// <summary>Goes on from a word as far as no code point is taken.</summary>
    /// <param name="between">What assertions are about; null where the next code point is not known.</param>
    void Follow(int from, (PathContext Before, int Next)? between)
    {
        waiting.Push(from);
        while (waiting.TryPop(out var place))
        {
            if (marks[place] == round)
                continue;
            marks[place] = round;
            var word = program.Code[place];
            switch (PathProgram.OperationOf(word))
            {
                case PathOperation.Match:
                    isMatch = true;
                    break;
                case PathOperation.Jump:
                    waiting.Push(PathProgram.ArgumentOf(word));
                    break;
                case PathOperation.Fork:
                    foreach (var target in program.Forks[PathProgram.ArgumentOf(word)])
                        waiting.Push(target);
                    break;
                case PathOperation.Assert when between is var (before, next):
                    if (PathContexts.Holds((Assertion)PathProgram.ArgumentOf(word), before, next))
                        waiting.Push(place + 1);
                    break;
                case PathOperation.MatchAtEnd when between is { Next: PathContexts.End }:
                case PathOperation.Dispatch when between is { Next: PathContexts.End } && program.Dispatches[PathProgram.ArgumentOf(word)].MatchesAtEnd:
                    isMatch = true;
                    break;
                default:
                    core.Add(place);
                    break;
            }
        }
    }

    AutomatonState Keep(PathContext before)
    {
        if (isMatch)
            return AutomatonState.Match;
        core.Sort();
        int[] places = [.. core];
        var matters = Array.Exists(places, place => PathProgram.OperationOf(program.Code[place]) == PathOperation.Assert);
        var state = new AutomatonState(places, matters ? before : PathContext.Other, program);
        if (known.TryGetValue(state, out var same))
            return same;
        if (bytes > MaximumBytes)
        {
            known = new(SameState.Instance);
            Volatile.Write(ref entries, new());
            bytes = 0;
        }
        known.Add(state);
        bytes += StateBytes + places.Length * sizeof(int);
        return state;
    }

    sealed class SameState : IEqualityComparer<AutomatonState>
    {
        public static SameState Instance { get; } = new();

        public bool Equals(AutomatonState? left, AutomatonState? right) =>
            left!.Before == right!.Before && left.Core.AsSpan().SequenceEqual(right.Core);

        public int GetHashCode([DisallowNull] AutomatonState state)
        {
            var hash = new HashCode();
            hash.Add(state.Before);
            foreach (var place in state.Core)
                hash.Add(place);
            return hash.ToHashCode();
        }
    }
}
