namespace ImageSdk.Images.Expressions;

/// <summary>What a word of a <see cref="PathProgram"/> does.</summary>
enum PathOperation
{
    /// <summary>The path matches, whatever follows.</summary>
    Match,

    /// <summary>The path matches if it ends here.</summary>
    MatchAtEnd,

    /// <summary>Takes the code point that is the argument, and goes on with the next word.</summary>
    Literal,

    /// <summary>Takes a code point of the set that the argument names, and goes on with the next word.</summary>
    Set,

    /// <summary>Takes one of many code points, and goes on where the table that the argument names says.</summary>
    Dispatch,

    /// <summary>Goes on with the next word where an assertion holds.</summary>
    Assert,

    /// <summary>Goes on at all places of a table.</summary>
    Fork,

    /// <summary>Goes on elsewhere.</summary>
    Jump,
}

/// <summary>
/// All lines of a filter as one non-deterministic automaton. Lines that begin alike share what they have in common, so that a list
/// of paths is a tree, in which a path takes one way.
/// </summary>
/// <param name="Code">A word an operation: its kind in the upper 4 bits, its argument in the lower 28.</param>
/// <param name="Forks">Tables of Fork.</param>
/// <param name="Dispatches">Tables of Dispatch.</param>
sealed record PathProgram(int[] Code, PathSet[] Sets, int[][] Forks, DispatchTable[] Dispatches)
{
    const int ArgumentBits = 28;

    public static int Word(PathOperation operation, int argument) => (int)((uint)operation << ArgumentBits) | argument;

    public static PathOperation OperationOf(int word) => (PathOperation)((uint)word >> ArgumentBits);

    public static int ArgumentOf(int word) => word & ((1 << ArgumentBits) - 1);
}

/// <param name="Keys">Code points, ascending.</param>
/// <param name="Targets">Where each leads.</param>
/// <param name="MatchesAtEnd">Whether a path that ends here matches.</param>
sealed record DispatchTable(int[] Keys, int[] Targets, bool MatchesAtEnd)
{
    /// <returns>Negative for none.</returns>
    public int Find(int codePoint)
    {
        var index = Keys.AsSpan().BinarySearch(codePoint);
        return index < 0 ? -1 : Targets[index];
    }
}

/// <summary>A set of code points that answers fast for ASCII.</summary>
sealed class PathSet
{
    readonly CodePointSet all;
    readonly UInt128 ascii;

    public PathSet(CodePointSet set)
    {
        all = set;
        for (var codePoint = 0; codePoint < 128; codePoint++)
            if (set.Contains(codePoint))
                ascii |= UInt128.One << codePoint;
    }

    public bool Contains(int codePoint) => codePoint < 128 ? (ascii >> codePoint & UInt128.One) != UInt128.Zero : all.Contains(codePoint);
}
