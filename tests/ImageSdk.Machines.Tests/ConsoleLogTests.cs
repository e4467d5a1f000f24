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
        Assert.False(log.GaveUp.IsCompleted);
    }

    [Fact]
    public async Task A_panic_is_noticed()
    {
        var log = new ConsoleLog();
        log.Add("[    2.1] Kernel panic - not sync"u8);
        Assert.False(log.GaveUp.IsCompleted);
        log.Add("ing: Attempted to kill init!\n"u8);
        Assert.Equal(new GuestEnd("Kernel panic - not syncing: Attempted to kill init!", IsPanic: true), await log.GaveUp);
    }

    [Theory]
    [InlineData("ALERT!  UUID=1-2 does not exist.  Dropping to a shell!")]
    [InlineData("The medium of the live system is not there: no file system has the label X.")]
    [InlineData("You are in emergency mode. After logging in, type \"journalctl -xb\"")]
    public async Task A_system_that_waits_for_somebody_is_noticed(string line)
    {
        var log = new ConsoleLog();
        log.Add(Encoding.ASCII.GetBytes($"before\r\n{line}\r\n"));
        Assert.Equal(new GuestEnd(line, IsPanic: false), await log.GaveUp);
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
