using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Srpc;
using ImageSdk.Storage;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests;

/// <summary>What is left when a server dies, or its disk is full.</summary>
public sealed class ObjectCrashTests : IDisposable
{
    const int Uploaders = 4;

    readonly TemporaryStore temporary = new();

    public void Dispose() => temporary.Dispose();

    /// <summary>Killed with uploads under way, again and again: all that was confirmed is there, and nothing is half there.</summary>
    [Fact]
    public async Task A_killed_server_has_whole_objects_only_and_all_that_it_confirmed()
    {
        var confirmed = new ConcurrentBag<ObjectHash>();
        for (var round = 0; round < 3; round++)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!)
            {
                ArgumentList = { "exec", typeof(ObjectCrashTests).Assembly.Location, "serve-objects", temporary.Store.Directory },
                RedirectStandardOutput = true,
            };
            using var server = Process.Start(start)!;
            var port = int.Parse((await server.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
            var before = confirmed.Count;
            var uploading = Enumerable.Range(0, Uploaders).Select(number => UploadUntilKilledAsync(port, round * Uploaders + number, confirmed)).ToArray();
            await Wait.UntilAsync(() => confirmed.Count >= before + 200);
            server.Kill();
            await server.WaitForExitAsync();
            await Task.WhenAll(uploading);

            Assert.All(temporary.Store.Enumerate(), item => Assert.Equal(ObjectCondition.Good, temporary.Store.Verify(item.Hash)));
            Assert.All(confirmed, hash => Assert.True(temporary.Store.Contains(hash)));
        }
        var catalogue = temporary.Open();
        Assert.Empty(catalogue.Condition.EmptyObjects);
        Assert.Equal(temporary.Files().Length, catalogue.Statistics.Count);
    }

    static async Task UploadUntilKilledAsync(int port, int seed, ConcurrentBag<ObjectHash> confirmed)
    {
        var random = new Random(seed);
        try
        {
            await using var connection = await new SrpcDialer(SrpcClientOptions.Default).ConnectAsync(new("127.0.0.1", port));
            while (true)
            {
                var sent = new List<ObjectHash>();
                await using var upload = await new ObjectServerClient(connection).AddObjectsAsync();
                for (var count = random.Next(1, 30); count > 0; count--)
                {
                    var content = new byte[random.Next(20) == 0 ? random.Next(300_000, 900_000) : random.Next(1, 20_000)];
                    random.NextBytes(content);
                    sent.Add(ObjectHash.Of(content));
                    await upload.AddAsync(content, sent[^1]);
                }
                await upload.FinishAsync();
                sent.ForEach(confirmed.Add);
            }
        }
        catch (SrpcException problem) when (!problem.IsFromServer)
        {
            // Killed.
        }
    }

    [RootFact]
    public async Task A_full_disk_costs_the_objects_that_do_not_fit_and_nothing_else()
    {
        var disk = temporary["disk"];
        Directory.CreateDirectory(disk);
        Mounts.Mount("tmpfs", disk, "tmpfs", data: "size=2m");
        try
        {
            using var server = new ObjectServer(directory: Path.Combine(disk, "objects"));
            await using var connection = await server.ConnectAsync();
            await using var call = await connection.OpenCallAsync("ObjectServer.AddObjects");
            int[] lengths = [5_000_000, 200_000, .. Enumerable.Repeat(150_000, 20), 100];
            var contents = lengths.Select((length, seed) => TemporaryStore.Content(length, seed)).ToArray();
            var sending = Task.Run(async () =>
            {
                foreach (var content in contents)
                {
                    await call.WriteAsync(AddObjectRequest.Gob, new() { Length = (ulong)content.Length });
                    await call.WriteBytesAsync(content);
                }
                await call.WriteAsync(AddObjectRequest.Gob, new());
                await call.FlushAsync();
            });
            var answers = new List<AddObjectResponse>();
            while (answers.Count < contents.Length)
                answers.Add(await call.ReadAsync(AddObjectResponse.Gob));
            await sending;
            await call.CloseAsync();

            Assert.Contains("No space left on device", answers[0].ErrorString);
            Assert.Contains(answers.Skip(2), answer => answer.ErrorString.Length > 0);
            Assert.Contains(answers.Skip(2), answer => answer.ErrorString.Length == 0);
            var stored = answers.Zip(contents).Where(pair => pair.First.ErrorString.Length == 0).Select(pair => ObjectHash.Of(pair.Second)).Order();
            Assert.Equal(stored, server.Temporary.Store.Enumerate().Select(item => item.Hash).Order());
            Assert.All(stored, hash => Assert.Equal(ObjectCondition.Good, server.Temporary.Store.Verify(hash)));
            Assert.Equal(stored.Count(), server.Temporary.Files().Length);

            // Once there is room, the same connection stores what did not fit.
            server.Catalogue.MarkComplete();
            server.Catalogue.DeleteUnreferenced(100, 0);
            await using var upload = await new ObjectServerClient(connection).AddObjectsAsync();
            await upload.AddAsync(contents[^2], null);
            await upload.FinishAsync();
            Assert.Equal(1, upload.AddedCount);
            Assert.Empty(server.Failures);
        }
        finally
        {
            Mounts.Detach(disk);
        }
    }
}
