using ImageSdk.Machines.Acceleration;
using ImageSdk.Machines.BootTests;
using ImageSdk.Machines.Qemu;

namespace ImageSdk.Machines.Tests;

/// <summary>The host's side of boot tests, against machines that go wrong in every way.</summary>
public sealed class BootTestMachineTests : IDisposable
{
    readonly BootSector sector = new();

    public void Dispose() => sector.Dispose();

    Task<BootTestMachine> BootAsync(double seconds = 30, Action<MachineFault>? onPanic = null) => BootTestMachine.BootAsync(
        new("amd64", "q35", MachineFirmware.Bios, 64 << 20, 1, sector.Disk()), new AcceleratorChoice(sector.Folder), "x.imgproj",
        TimeSpan.FromSeconds(seconds), null, CancellationToken.None, onPanic);

    [QemuFact]
    public async Task A_test_that_ran_tells_its_output_and_exit_code()
    {
        sector.Channel("junk\n@imagesdk ready running\n").AwaitLine().Channel("@imagesdk out aGVsbG8K\n@imagesdk exit 3\n");
        await using var machine = await BootAsync();
        var result = await machine.RunAsync("a test", TimeSpan.FromSeconds(20), CancellationToken.None);

        Assert.Equal("running", machine.State);
        Assert.Equal(("exit code 3", "hello"), (result.Error, result.Output));
    }

    [QemuFact]
    public async Task A_kernel_that_panics_is_told_with_its_last_words()
    {
        sector.Console("something before\nKernel panic - not syncing: no root\nmore\n");
        var panics = 0;
        var fault = await Assert.ThrowsAsync<MachineFault>(() => BootAsync(seconds: 600, _ => panics++));
        Assert.Equal(BootTestMachine.MostBoots - 1, panics);
        Assert.Equal(("IMG6057", "The machine's kernel gave up: Kernel panic - not syncing: no root"), (fault.Code, fault.Message));
        Assert.Contains("something before", fault.Console);
        Assert.Contains("no root", fault.Console);
    }

    [QemuFact]
    public async Task A_machine_whose_kernel_panicked_is_booted_again()
    {
        using var well = new BootSector();
        well.Channel("@imagesdk ready running\n");
        sector.Console("..MP-BIOS bug: 8254 timer not connected to IO-APIC\nKernel panic - not syncing: IO-APIC + timer doesn't work!\n");
        await using var machine = await BootAsync(onPanic: _ => File.Copy(well.Disk(), sector.File, overwrite: true));
        Assert.Equal("running", machine.State);
    }

    [QemuFact]
    public async Task A_system_that_waits_for_somebody_is_told_at_once()
    {
        sector.Console("ALERT!  UUID=1-2 does not exist.  Dropping to a shell!\n");
        var fault = await Assert.ThrowsAsync<MachineFault>(() => BootAsync(seconds: 600));
        Assert.Equal(("IMG6056", "The machine gave up on its way: ALERT!  UUID=1-2 does not exist.  Dropping to a shell!"), (fault.Code, fault.Message));
    }

    [QemuFact]
    public async Task A_machine_that_switches_itself_off_is_told()
    {
        sector.Console("bye\n").PowerOff();
        var fault = await Assert.ThrowsAsync<MachineFault>(() => BootAsync());
        Assert.Equal("IMG6058", fault.Code);
        Assert.Contains("bye", fault.Console);
    }

    [QemuFact]
    public async Task A_machine_that_does_not_come_up_is_told_when_its_time_is_over()
    {
        sector.Console("waiting\n");
        var fault = await Assert.ThrowsAsync<MachineFault>(() => BootAsync(seconds: 3));
        Assert.Equal("IMG6056", fault.Code);
        Assert.Contains("waiting", fault.Console);
    }

    [QemuFact]
    public async Task A_machine_that_goes_away_during_a_test_is_told()
    {
        sector.Channel("@imagesdk ready up\n").AwaitLine().PowerOff();
        await using var machine = await BootAsync();
        var fault = await Assert.ThrowsAsync<MachineFault>(() => machine.RunAsync("test", TimeSpan.FromSeconds(20), CancellationToken.None));
        Assert.Equal("IMG6058", fault.Code);
    }

    [QemuFact]
    public async Task A_cancelled_boot_leaves_no_machine()
    {
        using var cancellation = new CancellationTokenSource();
        sector.Console("waiting\n");
        var disk = sector.Disk();
        var booting = BootTestMachine.BootAsync(
            new("amd64", "q35", MachineFirmware.Bios, 64 << 20, 1, disk), new AcceleratorChoice(sector.Folder), "x.imgproj",
            TimeSpan.FromMinutes(5), _ => cancellation.Cancel(), cancellation.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => booting);
        Assert.False(ProcessList.HasOneWith(sector.Folder));
    }
}
