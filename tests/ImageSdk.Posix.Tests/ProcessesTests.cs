using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ImageSdk.Posix.Tests;

public sealed partial class ProcessesTests
{
    // What a program finds of a key in its session keyring: KEYCTL_SEARCH in KEY_SPEC_SESSION_KEYRING.
    const string Search = "my ($type, $name) = ('user', 'imagesdk-test'); exit(syscall($ARGV[0] + 0, 10, -3, $type, $name, 0) == -1 ? 1 : 0)";

    static (int AddKey, int Control) Calls => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (217, 219) : (248, 250);

    /// <summary>Keys belong to threads: a thread of its own has its own, and programs get those of the thread that starts them.</summary>
    [Fact]
    public void What_is_started_has_no_key_of_the_callers_session()
    {
        (nint Added, bool Before, bool After) seen = default;
        var thread = new Thread(() =>
        {
            // Not this session's: what other tests run would have the key too.
            if (Call(Calls.Control, 1, null, null, 0, 0) < 0)
                return;
            seen.Added = Call(Calls.AddKey, "user", "imagesdk-test", "secret", 6, -3);
            seen.Before = Finds();
            Processes.LeaveKeyring();
            seen.After = Finds();
        });
        thread.Start();
        thread.Join();
        // Some containers have no keys at all: then there is nothing to be found.
        Assert.True(seen.Added <= 0 || seen.Before, "The program that looks for the key does not find it where it is.");
        Assert.False(seen.After);
    }

    static bool Finds()
    {
        using var process = Process.Start(new ProcessStartInfo("perl", ["-e", Search, Calls.Control.ToString(System.Globalization.CultureInfo.InvariantCulture)]))!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    static unsafe nint Call(int number, nint first, string? second, string? third, nint length, nint last) =>
        SystemCall(number, first, second, third, length, last);

    static nint Call(int number, string first, string second, string third, nint length, nint last) =>
        SystemCall(number, first, second, third, length, last);

    [LibraryImport("libc", EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SystemCall(nint number, nint a, string? b, string? c, nint d, nint e);

    [LibraryImport("libc", EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SystemCall(nint number, string a, string b, string c, nint d, nint e);
}
