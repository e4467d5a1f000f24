using ImageSdk.Hosting;

namespace ImageSdk.Hosting.Tests;

public class MemoryReleaseTests
{
    long allocated;
    int releases;

    MemoryRelease Create() => new(() => allocated, () => releases++);

    [Fact]
    public void Memory_goes_back_when_a_burst_is_over_and_once_more_later()
    {
        var memory = Create();
        for (var look = 0; look < 10; look++)
        {
            allocated += 100 << 20;
            memory.Look();
        }
        Assert.Equal(0, releases);
        memory.Look();
        Assert.Equal(0, releases);
        memory.Look();
        Assert.Equal(1, releases);
        for (var look = 0; look < 200; look++)
        {
            // Pages now and then, and what looking itself takes.
            allocated += 1 << 17;
            memory.Look();
        }
        Assert.Equal(2, releases);
        allocated += 100 << 20;
        memory.Look();
        memory.Look();
        memory.Look();
        Assert.Equal(3, releases);
    }

    [Fact]
    public void A_server_that_only_waits_is_left_alone()
    {
        var memory = Create();
        for (var look = 0; look < 100; look++)
            memory.Look();
        Assert.Equal(0, releases);
    }
}
