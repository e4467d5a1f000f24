using ImageSdk.Machines.Acceleration;
using ImageSdk.Machines.Qemu;

namespace ImageSdk.Machines.Tests;

public sealed class AccelerationTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk-acceleration-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [QemuFact]
    public void The_payload_ends_where_instructions_run()
    {
        Assert.Null(KvmProbe.Run(QemuProgram.Find("amd64", "x"), "tcg", "max"));
    }

    [QemuFact]
    public void A_machine_that_QEMU_cannot_make_is_a_fault()
    {
        Assert.Contains("QEMU says", KvmProbe.Run(QemuProgram.Find("amd64", "x"), "tcg", "no-such-processor"));
    }

    [QemuFact]
    public void What_a_probe_found_is_not_looked_for_again()
    {
        var qemu = QemuProgram.Find("amd64", "x");
        var first = new AcceleratorChoice(folder).For(qemu);
        var known = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        Assert.Equal(first, new AcceleratorChoice(folder).For(qemu));
        // Without the device there is nothing to find out.
        if (known is not [var file])
            return;
        var answer = KvmAnswer.TryRead(file)!;
        (answer with { Fault = "this test" }).Keep(file);
        Assert.Equal((Accelerator.Tcg, "this test"), new AcceleratorChoice(folder).For(qemu));
        (answer with { Boot = "another", Fault = "this test" }).Keep(file);
        Assert.Equal(first, new AcceleratorChoice(folder).For(qemu));
        File.WriteAllText(file, "damaged");
        Assert.Equal(first, new AcceleratorChoice(folder).For(qemu));
    }
}
