using System.Runtime.CompilerServices;

namespace ImageSdk.Srpc.Gob;

/// <summary>
/// Shows the ahead-of-time compiler methods that are called only through a base class. It follows direct calls; of a generic class
/// with value types it compiles what those reach. The rest would be compiled at run time, whenever a program starts, and of an image
/// that is a good part of reading it.
/// </summary>
static class AheadOfTime
{
    /// <param name="calls">Calls the methods on the very class that has them. Never run.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Reach(Action calls)
    {
    }
}
