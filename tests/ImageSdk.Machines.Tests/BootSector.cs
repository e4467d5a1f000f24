using System.Text;

namespace ImageSdk.Machines.Tests;

/// <summary>
/// A disk with a program of a few instructions in the place of a system: it writes texts to serial ports, may wait for input, and
/// then switches the machine off or goes on for ever.
/// </summary>
sealed class BootSector : IDisposable
{
    const ushort FirstPort = 0x3f8;
    const ushort SecondPort = 0x2f8;

    readonly List<byte> code = [0xfa, 0x31, 0xc0, 0x8e, 0xd8]; // cli; ds = 0
    readonly List<(int At, string Text)> texts = [];

    public string Folder { get; } = Directory.CreateDirectory(
        Path.Combine(Environment.GetEnvironmentVariable("IMAGESDK_TEST_ROOT") ?? Path.GetTempPath(), $"boot sector, é {Guid.NewGuid():N}")).FullName;

    /// <summary>Where <see cref="Disk"/> writes it.</summary>
    public string File => Path.Combine(Folder, "disk, with a comma.raw");

    public BootSector Console(string text) => Write(FirstPort, text);

    public BootSector Channel(string text) => Write(SecondPort, text);

    /// <summary>Reads from the channel up to a line end.</summary>
    public BootSector AwaitLine()
    {
        // dx = line status; until bit 0: in; dx = data; in; until al = '\n'.
        code.AddRange([0xba, 0xfd, 0x02, 0xec, 0xa8, 0x01, 0x74, 0xf8, 0xba, 0xf8, 0x02, 0xec, 0x3c, 0x0a, 0x75, 0xf0]);
        return this;
    }

    /// <summary>Switches the machine off, as q35 has it: port 0x604 of its power management.</summary>
    public BootSector PowerOff()
    {
        code.AddRange([0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef]);
        return this;
    }

    BootSector Write(ushort port, string text)
    {
        // si = text; next: lodsb; al = 0 ends; out dx, al; again.
        code.Add(0xbe);
        texts.Add((code.Count, text));
        code.AddRange([0, 0, 0xba, (byte)port, (byte)(port >> 8), 0xac, 0x84, 0xc0, 0x74, 0x03, 0xee, 0xeb, 0xf8]);
        return this;
    }

    public string Disk()
    {
        var program = code.Concat<byte>([0xeb, 0xfe]).ToList(); // for ever
        foreach (var (at, text) in texts)
        {
            var address = (ushort)(0x7c00 + program.Count);
            (program[at], program[at + 1]) = ((byte)address, (byte)(address >> 8));
            program.AddRange(Encoding.ASCII.GetBytes(text).Append((byte)0));
        }
        Assert.True(program.Count <= 510, "The program is longer than a sector.");
        var disk = new byte[1 << 20];
        program.CopyTo(disk);
        (disk[510], disk[511]) = (0x55, 0xaa);
        System.IO.File.WriteAllBytes(File, disk);
        return File;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
