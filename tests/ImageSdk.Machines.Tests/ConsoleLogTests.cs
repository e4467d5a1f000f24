using System.Text;
using ImageSdk.Machines.BootTests;

namespace ImageSdk.Machines.Tests;

public sealed class ConsoleLogTests
{
    [Fact]
    public void The_last_lines_are_kept_without_what_is_for_a_terminal()
    {
        var log = new ConsoleLog();
        for (var i = 0; i < 1000; i++)
            log.Add(Encoding.ASCII.GetBytes($"[\e[0;32m  OK  \e[0m] line {i}\r\n\a\n"));

        Assert.Equal(["[  OK  ] line 998", "[  OK  ] line 999"], log.LastLines(2));
        Assert.True(log.LastLines(int.MaxValue).Count <= 200);
        Assert.False(log.Panicked.IsCompleted);
    }

    [Fact]
    public async Task A_panic_is_noticed()
    {
        var log = new ConsoleLog();
        log.Add("[    2.1] Kernel panic - not sync"u8);
        Assert.False(log.Panicked.IsCompleted);
        log.Add("ing: Attempted to kill init!\n"u8);
        Assert.Equal("Kernel panic - not syncing: Attempted to kill init!", await log.Panicked);
    }

    [Fact]
    public void A_line_without_end_takes_no_memory()
    {
        var log = new ConsoleLog();
        log.Add(new byte[1 << 22].Select(_ => (byte)'x').ToArray());
        log.Add("\nend\n"u8);
        Assert.Equal("end", log.LastLines(1).Single());
        Assert.True(log.LastLines(2)[0].Length <= 1000);
    }
}
