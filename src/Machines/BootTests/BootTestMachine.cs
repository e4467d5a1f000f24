using System.Threading.Channels;
using ImageSdk.Machines.Acceleration;
using ImageSdk.Machines.Qemu;
using ImageSdk.Machines.Running;

namespace ImageSdk.Machines.BootTests;

/// <summary>A machine that is up and runs boot tests, one after the other. Its disk is the artifact with the runner in it; see <see cref="BootTestTree"/>.</summary>
sealed class BootTestMachine : IAsyncDisposable
{
    const string PanicCode = "IMG6057";

    /// <summary>How often a machine is booted whose kernel gives up each time.</summary>
    public const int MostBoots = 3;

    const int ShownLines = 25;
    const int LargestOutput = 1 << 20;

    /// <summary>What the machine may take beyond a test's own time-out to stop it and to say so.</summary>
    static readonly TimeSpan grace = TimeSpan.FromSeconds(30);

    readonly QemuProcess qemu;
    readonly BootTestChannel channel;
    readonly ConsoleLog console;
    readonly Task reading;

    BootTestMachine(QemuProcess qemu, Action<string>? onConsoleLine)
    {
        this.qemu = qemu;
        console = new ConsoleLog(onConsoleLine);
        channel = new BootTestChannel(qemu.Input, qemu.Output);
        reading = Task.WhenAll(console.ReadAsync(qemu.Errors), channel.ReadAsync());
    }

    /// <summary>What systemd called the state of the system when its boot was over; "up" without systemd.</summary>
    public string State { get; private set; } = "";

    /// <summary>
    /// Boots a machine. A kernel that gives up on its way is tried again: where the host is busy, an emulated machine's timers come
    /// too late for some of its checks.
    /// </summary>
    /// <param name="onPanic">Receives each machine that is replaced by another.</param>
    /// <exception cref="ImageSdk.Contracts.Diagnostics.BuildException">QEMU or the firmware is missing.</exception>
    /// <exception cref="MachineFault">The machine did not come up.</exception>
    public static async Task<BootTestMachine> BootAsync(
        MachineSettings settings, AcceleratorChoice accelerators, string file, TimeSpan timeout, Action<string>? onConsoleLine, CancellationToken cancellation,
        Action<MachineFault>? onPanic = null)
    {
        for (var boots = 1; ; boots++)
            try
            {
                return await BootOnceAsync(settings, accelerators, file, timeout, onConsoleLine, cancellation);
            }
            catch (MachineFault fault) when (fault.Code == PanicCode && boots < MostBoots)
            {
                onPanic?.Invoke(fault);
            }
    }

    static async Task<BootTestMachine> BootOnceAsync(
        MachineSettings settings, AcceleratorChoice accelerators, string file, TimeSpan timeout, Action<string>? onConsoleLine, CancellationToken cancellation)
    {
        var program = QemuProgram.Find(settings.Architecture, file);
        var firmware = settings.Firmware == MachineFirmware.Uefi ? UefiFirmware.Find(settings.Architecture, file) : null;
        // The console goes to standard error, where QEMU's own errors go too; the channel is standard input and output.
        List<string> arguments =
        [
            "-nodefaults", "-vga", "std", "-no-reboot",
            .. QemuArguments.For(settings, firmware, accelerators.For(program).Accelerator, []),
            "-chardev", "file,id=console,path=/dev/stderr", "-chardev", "stdio,id=channel,signal=off",
            "-serial", "chardev:console", "-serial", "chardev:channel",
        ];
        var machine = new BootTestMachine(QemuProcess.Start(program.Path, arguments, redirect: true), onConsoleLine);
        try
        {
            machine.State = await machine.WatchAsync(
                async waiting => ((ChannelMessage.Ready)await machine.NextAsync(message => message is ChannelMessage.Ready, waiting)).State,
                timeout, $"The machine was not up after {timeout.TotalSeconds:0} s. Raise ImageBootTimeout if it needs longer.", cancellation);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Brings the tests, and what they use, into the machine.</summary>
    public Task CopyAsync(IReadOnlyList<BootTestScript> files, CancellationToken cancellation) => WatchAsync(
        async waiting =>
        {
            foreach (var file in files)
                await channel.PutAsync(file.Name, (uint)File.GetUnixFileMode(file.File) & 0x1ed, await File.ReadAllBytesAsync(file.File, waiting), waiting);
            return true;
        },
        grace + TimeSpan.FromSeconds(files.Count), "The machine did not take the boot tests.", cancellation);

    /// <exception cref="MachineFault">The machine went away, or no longer answers. No other test can run on it.</exception>
    public async Task<BootTestResult> RunAsync(string name, TimeSpan timeout, CancellationToken cancellation)
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var output = new MemoryStream();
        var code = await WatchAsync(
            async waiting =>
            {
                await channel.StartAsync(name, timeout, waiting);
                while (true)
                    switch (await channel.NextAsync(waiting))
                    {
                        case ChannelMessage.Exit exit:
                            return exit.Code;
                        case ChannelMessage.Output piece when output.Length + piece.Bytes.Length <= LargestOutput:
                            output.Write(piece.Bytes.Span);
                            break;
                    }
            },
            timeout + grace, $"The machine no longer answers: it said nothing {grace.TotalSeconds:0} s after the time of {name} was over.", cancellation);
        var duration = System.Diagnostics.Stopwatch.GetElapsedTime(start);
        // What timeout(1) ends with; a test that ends so by itself does it before its time is over.
        var timedOut = code is 124 or 137 && duration >= timeout;
        return new(name, duration, timedOut ? $"timed out after {timeout.TotalSeconds:0.###} s" : code == 0 ? null : $"exit code {code}", TextOf(output));
    }

    static string TextOf(MemoryStream output) => TerminalText.WithoutSequences(System.Text.Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length)).TrimEnd();

    async Task<ChannelMessage> NextAsync(Func<ChannelMessage, bool> isWanted, CancellationToken cancellation)
    {
        while (true)
            if (await channel.NextAsync(cancellation) is var message && isWanted(message))
                return message;
    }

    /// <summary>Waits for an answer, unless the time is over, the guest gives up or the machine ends.</summary>
    async Task<T> WatchAsync<T>(Func<CancellationToken, Task<T>> ask, TimeSpan timeout, string overdue, CancellationToken cancellation)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        waiting.CancelAfter(timeout);
        var answer = ask(waiting.Token);
        await Task.WhenAny(answer, console.GaveUp);
        if (!answer.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None); // The rest of the kernel's last words.
            await waiting.CancelAsync();
            await answer.ContinueWith(static _ => { }, TaskScheduler.Default);
        }
        try
        {
            return await answer;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw FaultOfGuest() ?? Fault("IMG6056", overdue);
        }
        catch (Exception exception) when (exception is ChannelClosedException or IOException && !cancellation.IsCancellationRequested)
        {
            var code = await qemu.Exit;
            await reading.ContinueWith(static _ => { }, TaskScheduler.Default);
            throw FaultOfGuest() ?? Fault("IMG6058", code == 0 ? "The machine was switched off or restarted." : $"QEMU ended with {code}.");
        }
    }

    MachineFault? FaultOfGuest() => console.GaveUp switch
    {
        { IsCompletedSuccessfully: false } => null,
        { Result: { IsPanic: true } end } => Fault(PanicCode, $"The machine's kernel gave up: {end.Text}"),
        { Result: var end } => Fault("IMG6056", $"The machine gave up on its way: {end.Text}"),
    };

    MachineFault Fault(string code, string message) => new(code, message, console.LastLines(ShownLines));

    public async ValueTask DisposeAsync()
    {
        qemu.Kill();
        await qemu.Exit;
        await reading.ContinueWith(static _ => { }, TaskScheduler.Default);
        qemu.Dispose();
    }
}
