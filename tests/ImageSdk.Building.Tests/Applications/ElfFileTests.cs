using ImageSdk.Building.Applications;

namespace ImageSdk.Building.Tests.Applications;

public class ElfFileTests
{
    static readonly byte[] program = File.ReadAllBytes("/bin/sh");

    [Fact]
    public void The_libraries_of_a_program_are_those_that_the_loader_brings() => Assert.Equal(["libc.so.6"], ElfFile.Needed(program));

    [Fact]
    public void What_is_no_such_file_needs_nothing()
    {
        Assert.Empty(ElfFile.Needed("#!/bin/sh\n"u8));
        Assert.Empty(ElfFile.Needed([]));
    }

    [Fact]
    public void A_file_that_is_cut_or_damaged_anywhere_is_read_as_far_as_it_goes()
    {
        for (var length = 0; length < program.Length; length += 211)
            Assert.True(ElfFile.Needed(program.AsSpan(0, length)).Count <= 1);
        var random = new Random(20);
        for (var round = 0; round < 500; round++)
        {
            var damaged = (byte[])program.Clone();
            for (var i = 0; i < 8; i++)
                damaged[random.Next(round % 2 == 0 ? 1024 : damaged.Length)] = (byte)random.Next(256);
            _ = ElfFile.Needed(damaged);
        }
    }
}
