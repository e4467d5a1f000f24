namespace ImageSdk.Posix;

/// <summary>The state of the terminal that standard input is, to be put back after a program that changed it.</summary>
public sealed unsafe class Terminal
{
    // struct termios has 60 bytes with the GNU C library, on all architectures.
    const int StateSize = 60;
    internal const int StandardInput = 0;
    const int AfterOutput = 1;

    readonly byte[] state;

    Terminal(byte[] state) => this.state = state;

    /// <returns>Null where standard input is no terminal.</returns>
    public static Terminal? Remember()
    {
        var state = new byte[StateSize * 2];
        fixed (byte* first = state)
            return Libc.GetTerminal(StandardInput, first) == 0 ? new Terminal(state) : null;
    }

    /// <summary>Passes on each key as it comes, also those that would send signals, and shows none.</summary>
    public void PassKeys()
    {
        var raw = state.ToArray();
        fixed (byte* first = raw)
        {
            Libc.MakeRaw(first);
            Libc.SetTerminal(StandardInput, AfterOutput, first);
        }
    }

    public void Restore()
    {
        fixed (byte* first = state)
            Libc.SetTerminal(StandardInput, AfterOutput, first);
    }
}
