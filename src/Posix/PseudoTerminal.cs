using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Posix;

/// <summary>
/// A terminal that a program elsewhere believes to be its own, connected with this process's: keys go there as they are, also those that
/// would send signals, what it prints comes back, and its size follows. Disposing it puts this process's terminal back as it was.
/// </summary>
public sealed unsafe class PseudoTerminal : IDisposable
{
    const nuint GetNumber = 0x80045430; // TIOCGPTN
    const nuint SetLock = 0x40045431; // TIOCSPTLCK
    const nuint GetSize = 0x5413; // TIOCGWINSZ
    const nuint SetSize = 0x5414; // TIOCSWINSZ
    const int SizeBytes = 8; // struct winsize

    readonly SafeFileHandle master;
    readonly SafeFileHandle slave;
    readonly Terminal terminal;
    readonly IDisposable resized;
    readonly Thread printing;
    bool isDisposed;

    PseudoTerminal(Terminal terminal)
    {
        this.terminal = terminal;
        master = Open("/dev/ptmx");
        var (isLocked, number) = (0, 0);
        if (Libc.Control(master, SetLock, &isLocked) != 0 || Libc.Control(master, GetNumber, &number) != 0)
            throw PosixException.Last("ioctl", "/dev/ptmx");
        Path = "/dev/pts/" + number.ToString(CultureInfo.InvariantCulture);
        // Held open, so that there is no end before the program has begun.
        slave = Open(Path);
        CopySize();
        resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => CopySize());
        terminal.PassKeys();
        printing = new Thread(Print) { IsBackground = true, Name = "terminal output" };
        printing.Start();
        // Ends with the process: there is no way to stop reading a terminal.
        new Thread(Type) { IsBackground = true, Name = "terminal input" }.Start();
    }

    /// <summary>The device, as the program opens it.</summary>
    public string Path { get; }

    /// <returns>Null where standard input and output are no terminal.</returns>
    /// <exception cref="IOException">The machine has no pseudo terminal left.</exception>
    public static PseudoTerminal? TryOpen() => Console.IsOutputRedirected || Terminal.Remember() is not { } terminal ? null : new(terminal);

    static SafeFileHandle Open(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    void CopySize()
    {
        var size = stackalloc byte[SizeBytes];
        using var own = new SafeFileHandle(Terminal.StandardInput, ownsHandle: false);
        if (Libc.Control(own, GetSize, size) == 0)
            _ = Libc.Control(master, SetSize, size);
    }

    void Print()
    {
        var buffer = new byte[1 << 14];
        using var output = Console.OpenStandardOutput();
        using var printed = new FileStream(master, FileAccess.Read, bufferSize: 0);
        try
        {
            while (printed.Read(buffer) is > 0 and var length)
                output.Write(buffer, 0, length);
        }
        catch (IOException)
        {
            // The other end is closed.
        }
    }

    void Type()
    {
        var buffer = new byte[1 << 12];
        // Not the console's own stream, which edits lines and sets the terminal as it likes.
        using var input = new FileStream(new SafeFileHandle(Terminal.StandardInput, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        using var typed = new FileStream(master, FileAccess.Write, bufferSize: 0);
        try
        {
            while (input.Read(buffer) is > 0 and var length && !isDisposed)
                typed.Write(buffer, 0, length);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The program has ended.
        }
    }

    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        resized.Dispose();
        slave.Dispose();
        printing.Join();
        terminal.Restore();
        master.Dispose();
    }
}
