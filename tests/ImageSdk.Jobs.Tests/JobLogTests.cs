using System.Text;
using ImageSdk.Jobs.Operations;
using ImageSdk.Jobs.Tests.Stores;
using static ImageSdk.Jobs.Tests.JobTestExtensions;

namespace ImageSdk.Jobs.Tests;

public class JobLogTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_log_is_followed_as_it_grows_in_another_process(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var (queue, other) = (await place.OpenAsync(), await place.OpenAsync());
        var job = await queue.SubmitAsync();
        var read = new StringBuilder();
        var following = Task.Run(async () =>
        {
            await foreach (var chunk in other.LogAsync(job.Id))
                lock (read)
                    read.Append(Encoding.UTF8.GetString(chunk.Bytes.Span));
        });
        var lease = await queue.ClaimNowAsync();
        await lease.LogAsync("first\n");
        await UntilAsync(() => { lock (read) return Task.FromResult(read.ToString() == "first\n"); }, "the first line", Soon);
        await lease.LogAsync("zweite Zeile: ü\n");
        await lease.CompleteAsync(null);
        await following.WaitAsync(Soon);
        Assert.Equal("first\nzweite Zeile: ü\n", read.ToString());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_log_is_read_from_any_byte_on(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var job = await queue.SubmitAsync();
        var lease = await queue.ClaimNowAsync();
        var text = new byte[200_000];
        new Random(1).NextBytes(text);
        await lease.AppendLogAsync(text.AsMemory(0, 150_001));
        await lease.AppendLogAsync(ReadOnlyMemory<byte>.Empty);
        for (var at = 150_001; at < text.Length; at += 1000)
            await lease.AppendLogAsync(text.AsMemory(at, Math.Min(1000, text.Length - at)));
        foreach (var from in new[] { 0, 1, 65_535, 65_536, 65_537, 150_000, 199_999, 200_000 })
        {
            var chunks = await queue.LogAsync(job.Id, from, follow: false).ToListAsync();
            Assert.Equal(text[from..], chunks.SelectMany(chunk => chunk.Bytes.ToArray()));
            var position = (long)from;
            foreach (var chunk in chunks)
            {
                Assert.Equal(position, chunk.Start);
                position = chunk.End;
            }
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_piece_that_is_stored_twice_is_there_once(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var job = await queue.SubmitAsync();
        var lease = await queue.ClaimNowAsync();
        var logs = new JobLogs(queue.Database);
        // As after an answer that was lost.
        Assert.Equal(3, await logs.AppendAsync(job.Id, lease.Token, 0, "abc"u8.ToArray(), null, default));
        Assert.Equal(3, await logs.AppendAsync(job.Id, lease.Token, 0, "abc"u8.ToArray(), null, default));
        Assert.Equal(6, await logs.AppendAsync(job.Id, lease.Token, 3, "def"u8.ToArray(), null, default));
        Assert.Equal("abcdef", await queue.LogTextAsync(job.Id));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_log_beyond_its_limit_loses_its_middle(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        const int limit = 400_000;
        var queue = await place.OpenAsync(new() { Maintain = false, History = new() { MaxLogBytes = limit } });
        var job = await queue.SubmitAsync();
        var lease = await queue.ClaimNowAsync();
        var text = new byte[1_500_000];
        new Random(2).NextBytes(text);
        for (var at = 0; at < text.Length; at += 50_000)
            await lease.AppendLogAsync(text.AsMemory(at, 50_000));
        await lease.CompleteAsync(null);

        var chunks = await queue.LogAsync(job.Id).ToListAsync();
        Assert.All(chunks, chunk => Assert.Equal(text[(int)chunk.Start..(int)chunk.End], chunk.Bytes.ToArray()));
        Assert.Equal((0, text.Length), (chunks[0].Start, chunks[^1].End));
        Assert.InRange(chunks.Sum(chunk => chunk.Bytes.Length), limit, limit + (4 * JobLogs.LargestChunk));
        var gap = Assert.Single(chunks.Zip(chunks.Skip(1)), pair => pair.Second.Start != pair.First.End);
        Assert.InRange(gap.First.End, limit / 2, limit / 2 + JobLogs.LargestChunk);
        Assert.InRange(gap.Second.Start, text.Length - (limit / 2) - (2 * JobLogs.LargestChunk), text.Length - limit / 2);
    }
}
