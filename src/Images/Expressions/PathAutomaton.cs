using ImageSdk.Images.Text;

namespace ImageSdk.Images.Expressions;

/// <summary>
/// All lines of a filter at once, in time linear in the length of a path. What is deterministic of the program is followed as it is;
/// the rest becomes states, made as paths come to them and kept within a bound. Safe to use from many threads.
/// </summary>
sealed class PathAutomaton
{
    readonly PathProgram program;
    readonly AutomatonStates states;
    readonly (byte[] Start, PathAutomaton Behind)[] detached;

    enum Outcome
    {
        Dead,
        Alive,
        Matched,
    }

    /// <param name="lines">Each a line that was read.</param>
    /// <exception cref="ExpressionException">All lines together are too large.</exception>
    public PathAutomaton(IEnumerable<PathLine> lines)
    {
        var builder = new PathProgramBuilder();
        var apart = new List<(byte[], PathAutomaton)>();
        foreach (var line in lines)
        {
            foreach (var sequence in line.Sequences)
                builder.Add(sequence);
            if (line.Detached is var (start, rest))
                apart.Add((start, new(rest)));
        }
        (program, detached) = (builder.Build(), [.. apart]);
        states = new(program);
    }

    PathAutomaton(IReadOnlyList<IReadOnlyList<Node>> sequences)
    {
        var builder = new PathProgramBuilder();
        foreach (var sequence in sequences)
            builder.Add(sequence);
        (program, detached) = (builder.Build(), []);
        states = new(program);
    }

    /// <summary>Whether a line matches a path.</summary>
    public bool IsMatch(ReadOnlySpan<byte> path)
    {
        var walk = new Walk(this);
        var outcome = walk.Take(path);
        if (outcome == Outcome.Matched || (outcome == Outcome.Alive && walk.MatchesAtEnd()))
            return true;
        foreach (var (start, rest) in detached)
            if (path.StartsWith(start) && rest.IsMatch(path[start.Length..]))
                return true;
        return false;
    }

    /// <summary>False where no path below a directory matches.</summary>
    /// <param name="directory">"/var/lib"; empty for the root.</param>
    public bool MayMatchBelow(ReadOnlySpan<byte> directory)
    {
        var walk = new Walk(this);
        var outcome = walk.Take(directory);
        if (outcome == Outcome.Alive)
            outcome = walk.Take("/"u8);
        if (outcome == Outcome.Matched || (outcome == Outcome.Alive && walk.CanGoOn()))
            return true;
        foreach (var (start, _) in detached)
            if (start.Length <= directory.Length
                ? directory.StartsWith(start)
                : start.AsSpan().StartsWith(directory) && start[directory.Length] == '/')
                return true;
        return false;
    }

    /// <summary>A way through the automaton: at a word of the program that is deterministic, or in a state.</summary>
    ref struct Walk
    {
        readonly PathProgram program;
        readonly AutomatonStates states;
        readonly bool matchesAnything;
        int place;
        AutomatonState? state;

        public Walk(PathAutomaton automaton)
        {
            (program, states) = (automaton.program, automaton.states);
            matchesAnything = !Enter(0, PathContext.Start);
        }

        /// <summary>Comes to a word; false where that is a match.</summary>
        bool Enter(int at, PathContext before)
        {
            while (true)
            {
                var word = program.Code[at];
                switch (PathProgram.OperationOf(word))
                {
                    case PathOperation.Match:
                        return false;
                    case PathOperation.Jump:
                        at = PathProgram.ArgumentOf(word);
                        break;
                    case PathOperation.Literal or PathOperation.Dispatch or PathOperation.MatchAtEnd:
                        (place, state) = (at, null);
                        return true;
                    default:
                        var entered = states.Enter(at, before);
                        return !entered.IsMatch && Follow(entered);
                }
            }
        }

        bool Follow(AutomatonState next)
        {
            (place, state) = next.Plain >= 0 ? (next.Plain, null) : (place, next);
            return true;
        }

        public Outcome Take(ReadOnlySpan<byte> path)
        {
            if (matchesAnything)
                return Outcome.Matched;
            while (!path.IsEmpty)
            {
                int codePoint = path[0];
                var length = 1;
                if (codePoint >= 0x80)
                    codePoint = PathText.Decode(path, out length);
                path = path[length..];
                if (state is not null)
                {
                    var next = states.Step(state, codePoint);
                    if (next.IsMatch)
                        return Outcome.Matched;
                    if (next.IsDead)
                        return Outcome.Dead;
                    Follow(next);
                    continue;
                }
                var word = program.Code[place];
                var target = PathProgram.OperationOf(word) switch
                {
                    PathOperation.Literal => PathProgram.ArgumentOf(word) == codePoint ? place + 1 : -1,
                    PathOperation.Dispatch => program.Dispatches[PathProgram.ArgumentOf(word)].Find(codePoint),
                    _ => -1,
                };
                if (target < 0)
                    return Outcome.Dead;
                if (!Enter(target, PathContexts.Of(codePoint)))
                    return Outcome.Matched;
            }
            return state is { IsDead: true } ? Outcome.Dead : Outcome.Alive;
        }

        /// <summary>Whether the path matches if it ends here.</summary>
        public readonly bool MatchesAtEnd() => state is not null ? states.MatchesAtEnd(state) : program.Code[place] is var word && PathProgram.OperationOf(word) switch
        {
            PathOperation.MatchAtEnd => true,
            PathOperation.Dispatch => program.Dispatches[PathProgram.ArgumentOf(word)].MatchesAtEnd,
            _ => false,
        };

        /// <summary>Whether a longer path may match.</summary>
        public readonly bool CanGoOn() => state?.CanGoOn ?? PathProgram.OperationOf(program.Code[place]) != PathOperation.MatchAtEnd;
    }
}
