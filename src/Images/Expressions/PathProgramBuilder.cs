using System.Text;

namespace ImageSdk.Images.Expressions;

/// <summary>Puts the sequences of lines together into one <see cref="PathProgram"/>.</summary>
sealed class PathProgramBuilder
{
    /// <summary>64 MiB of words: more is no filter that a machine would apply.</summary>
    const int MaximumLength = 1 << 24;

    const int FirstItem = CodePointSet.Last + 1;
    const int EndSymbol = FirstItem;

    // A sequence is a series of symbols: a code point, or the number of a node behind all of those.
    readonly List<int[]> sequences = [];
    readonly List<Node> items = [new AssertionNode(Assertion.TextEnd)];
    readonly Dictionary<string, int> itemSymbols = new() { ["$" + Assertion.TextEnd] = EndSymbol };

    readonly List<int> code = [];
    readonly List<PathSet> sets = [];
    readonly Dictionary<CodePointSet, int> setNumbers = [];
    readonly List<int[]> forks = [];
    readonly List<DispatchTable> dispatches = [];
    readonly Stack<Work> waiting = new();

    /// <param name="Target">Where to write where the code of the sequences begins; null for nowhere.</param>
    readonly record struct Work(int First, int End, int Depth, int[]? Target, int Slot);

    public void Add(IReadOnlyList<Node> sequence)
    {
        var symbols = new List<int>(sequence.Count);
        foreach (var node in sequence)
            Flatten(node, symbols);
        // Whatever follows a match does not matter, so that what may be nothing is nothing.
        while (symbols.Count > 0 && symbols[^1] > EndSymbol && items[symbols[^1] - FirstItem] is RepetitionNode { Minimum: 0 })
            symbols.RemoveAt(symbols.Count - 1);
        sequences.Add([.. symbols]);
    }

    void Flatten(Node node, List<int> symbols)
    {
        switch (node)
        {
            case EmptyNode:
                break;
            case ConcatenationNode(var parts):
                foreach (var part in parts)
                    Flatten(part, symbols);
                break;
            case SetNode(var set) when set.Single is { } codePoint:
                symbols.Add(codePoint);
                break;
            default:
                var key = new StringBuilder();
                WriteKey(node, key);
                if (!itemSymbols.TryGetValue(key.ToString(), out var symbol))
                {
                    itemSymbols[key.ToString()] = symbol = FirstItem + items.Count;
                    items.Add(node);
                }
                symbols.Add(symbol);
                break;
        }
    }

    /// <summary>Equal for nodes that mean the same.</summary>
    void WriteKey(Node node, StringBuilder key)
    {
        switch (node)
        {
            case SetNode(var set):
                key.Append('s').Append(NumberOf(set)).Append(';');
                break;
            case AssertionNode(var assertion):
                key.Append('$').Append(assertion);
                break;
            case RepetitionNode(var body, var minimum, var maximum):
                key.Append('r').Append(minimum).Append(',').Append(maximum).Append('(');
                WriteKey(body, key);
                key.Append(')');
                break;
            case ConcatenationNode(var parts):
                key.Append("c(");
                foreach (var part in parts)
                    WriteKey(part, key);
                key.Append(')');
                break;
            case AlternationNode(var branches):
                key.Append("a(");
                foreach (var branch in branches)
                {
                    WriteKey(branch, key);
                    key.Append('|');
                }
                key.Append(')');
                break;
        }
    }

    /// <exception cref="ExpressionException">All lines together are too large.</exception>
    public PathProgram Build()
    {
        sequences.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        waiting.Push(new(0, sequences.Count, 0, null, 0));
        while (waiting.TryPop(out var work))
            Build(work);
        return new([.. code], [.. sets], [.. forks], [.. dispatches]);
    }

    void Build(Work work)
    {
        var (first, end, depth, target, slot) = work;
        if (target is not null)
            target[slot] = code.Count;
        // The shortest of those that begin alike comes first.
        while (first < end && sequences[first].Length > depth)
        {
            var symbol = sequences[first][depth];
            if (sequences[end - 1][depth] != symbol)
            {
                Branch(first, end, depth);
                return;
            }
            depth++;
            if (symbol == EndSymbol && sequences[first].Length == depth)
            {
                Emit(PathOperation.MatchAtEnd, 0);
                return;
            }
            if (symbol < FirstItem)
                Emit(PathOperation.Literal, symbol);
            else
                Emit(items[symbol - FirstItem]);
        }
        if (first < end)
            Emit(PathOperation.Match, 0);
        else
            // No line at all.
            Emit(PathOperation.Fork, Table([]));
    }

    void Branch(int first, int end, int depth)
    {
        var groups = Groups(first, end, depth);
        var literals = groups.Where(group => group.Symbol < FirstItem).ToList();
        var matchesAtEnd = groups.Exists(group => group.Symbol == EndSymbol && sequences[group.First].Length == depth + 1);
        var others = groups.Where(group => group.Symbol >= FirstItem && !(matchesAtEnd && group.Symbol == EndSymbol)).ToList();
        var hasDispatch = literals.Count > 0 || matchesAtEnd;
        if (others.Count > 0)
        {
            var places = new int[others.Count + (hasDispatch ? 1 : 0)];
            Emit(PathOperation.Fork, Table(places));
            foreach (var (index, group) in others.Index())
                waiting.Push(new(group.First, group.End, depth, places, index));
            if (hasDispatch)
                places[^1] = code.Count;
        }
        if (!hasDispatch)
            return;
        var table = new DispatchTable([.. literals.Select(group => group.Symbol)], new int[literals.Count], matchesAtEnd);
        Emit(PathOperation.Dispatch, dispatches.Count);
        dispatches.Add(table);
        foreach (var (index, group) in literals.Index())
            waiting.Push(new(group.First, group.End, depth + 1, table.Targets, index));
    }

    List<(int Symbol, int First, int End)> Groups(int first, int end, int depth)
    {
        var groups = new List<(int, int, int)>();
        for (var at = first; at < end;)
        {
            var symbol = sequences[at][depth];
            var next = at + 1;
            while (next < end && sequences[next][depth] == symbol)
                next++;
            groups.Add((symbol, at, next));
            at = next;
        }
        return groups;
    }

    int Table(int[] places)
    {
        forks.Add(places);
        return forks.Count - 1;
    }

    int NumberOf(CodePointSet set)
    {
        if (!setNumbers.TryGetValue(set, out var number))
        {
            setNumbers[set] = number = sets.Count;
            sets.Add(new(set));
        }
        return number;
    }

    void Emit(PathOperation operation, int argument)
    {
        if (code.Count >= MaximumLength)
            throw new ExpressionException("all expressions together are too large");
        code.Add(PathProgram.Word(operation, argument));
    }

    /// <summary>Writes code that takes what the node matches and goes on behind itself.</summary>
    void Emit(Node node)
    {
        switch (node)
        {
            case SetNode(var set) when set.Single is { } codePoint:
                Emit(PathOperation.Literal, codePoint);
                break;
            case SetNode(var set):
                Emit(PathOperation.Set, NumberOf(set));
                break;
            case AssertionNode(var assertion):
                Emit(PathOperation.Assert, (int)assertion);
                break;
            case ConcatenationNode(var parts):
                foreach (var part in parts)
                    Emit(part);
                break;
            case AlternationNode(var branches):
                EmitBranches(branches);
                break;
            case RepetitionNode(var body, var minimum, var maximum):
                EmitRepetition(body, minimum, maximum);
                break;
        }
    }

    void EmitBranches(IReadOnlyList<Node> branches)
    {
        var places = new int[branches.Count];
        Emit(PathOperation.Fork, Table(places));
        var jumps = new List<int>();
        foreach (var (index, branch) in branches.Index())
        {
            places[index] = code.Count;
            Emit(branch);
            jumps.Add(code.Count);
            Emit(PathOperation.Jump, 0);
        }
        foreach (var jump in jumps)
            code[jump] = PathProgram.Word(PathOperation.Jump, code.Count);
    }

    void EmitRepetition(Node body, int minimum, int maximum)
    {
        for (var count = 0; count < minimum; count++)
            Emit(body);
        if (maximum < 0)
        {
            var loop = new int[2];
            var start = code.Count;
            Emit(PathOperation.Fork, Table(loop));
            loop[0] = code.Count;
            Emit(body);
            Emit(PathOperation.Jump, start);
            loop[1] = code.Count;
            return;
        }
        var optional = new List<int[]>();
        for (var count = minimum; count < maximum; count++)
        {
            var places = new int[2];
            Emit(PathOperation.Fork, Table(places));
            places[0] = code.Count;
            optional.Add(places);
            Emit(body);
        }
        foreach (var places in optional)
            places[1] = code.Count;
    }
}
