using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Storage.Tests;

public sealed class ObjectStoreTests : IDisposable
{
    readonly TemporaryDirectory directory = new();
    readonly ObjectStore store;

    public ObjectStoreTests() => store = new ObjectStore(directory["objects"]);

    public void Dispose() => directory.Dispose();

    static byte[] Content(int length, int seed = 1)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    static long RoomOf(string path)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%b", path]) { RedirectStandardOutput = true })!;
        return long.Parse(process.StandardOutput.ReadToEnd()) * 512;
    }

    [Fact]
    public void Objects_of_zeros_take_no_room()
    {
        var file = directory["holes"];
        using (var stream = File.Create(file))
        {
            stream.SetLength(50 << 20);
            stream.Position = 30 << 20;
            stream.Write("data"u8);
        }
        var content = File.ReadAllBytes(file);
        var hash = ObjectHash.Of(content);
        using (var stream = File.OpenRead(file))
            Assert.Equal(hash, store.Add(stream).Hash);
        Assert.InRange(RoomOf(store.GetPath(hash)), 1, 1 << 20);
        Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(store.GetPath(hash))));
        Assert.Equal(ObjectCondition.Good, store.Verify(hash));

        // In memory, in pieces, and from a file that has its zeros written.
        var small = store.Add([.. new byte[700_000], .. "end"u8]);
        Assert.InRange(RoomOf(store.GetPath(small.Hash)), 1, 128 << 10);
        store.Remove(hash);
        Assert.Equal(hash, store.Add(new SlowStream(content)).Hash);
        Assert.InRange(RoomOf(store.GetPath(hash)), 1, 2 << 20);
        store.Remove(hash);
        var written = directory["written"];
        File.WriteAllBytes(written, content);
        Assert.Equal(hash, store.AddFile(written, hash).Hash);
        Assert.InRange(RoomOf(store.GetPath(hash)), 1, 1 << 20);
    }

    /// <summary>Gives a few bytes at a time, fails where told to, and does not know its length.</summary>
    sealed class SlowStream(byte[] content, int failAt = int.MaxValue) : Stream
    {
        int position;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (position >= failAt)
                throw new IOException("broken pipe");
            var length = Math.Min(Math.Min(count, 60_000), content.Length - position);
            content.AsSpan(position, length).CopyTo(buffer.AsSpan(offset));
            position += length;
            return length;
        }

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1 << 17)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData(5_000_000)]
    public void KeepsWhatItIsGivenInEveryWay(int length)
    {
        var content = Content(length);
        var hash = ObjectHash.Of(content);
        var expected = new AddedObject(hash, (ulong)length, true);
        File.WriteAllBytes(directory["file"], content);
        Func<ObjectStore, AddedObject>[] ways =
        [
            to => to.Add(content), to => to.Add(content, hash),
            to => to.Add(new MemoryStream(content)), to => to.Add(new MemoryStream(content), hash),
            to => to.Add(new SlowStream(content)), to => to.Add(new SlowStream(content), hash),
            to => to.AddFile(directory["file"]), to => to.AddFile(directory["file"], hash),
        ];
        for (var index = 0; index < ways.Length; index++)
        {
            var fresh = new ObjectStore(directory[$"objects{index}"], isDurable: index % 2 == 0);
            Assert.False(fresh.Contains(hash));
            Assert.Equal(expected, ways[index](fresh));
            foreach (var way in ways)
                Assert.Equal(expected with { IsNew = false }, way(fresh));
            Assert.Equal((ulong)length, fresh.SizeOf(hash));
            using var stream = fresh.OpenRead(hash);
            var read = new MemoryStream();
            stream.CopyTo(read);
            Assert.Equal(content, read.ToArray());
            Assert.Equal(ObjectCondition.Good, fresh.Verify(hash));
            Assert.Equal([new StoredObject(hash, (ulong)length)], fresh.Enumerate());
        }
    }

    [Fact]
    public void LiesWhereTheOriginalLooks()
    {
        var hash = store.Add("hello\n"u8).Hash;
        var digits = "e7c22b994c59d9cf2b48e549b1e24666636045930d3da7c1acb299d1c3b7f931f94aae41edda2c2b207a36e10f8bcb8d45223e54878f5b316e7ce3b6bc019629";
        Assert.Equal([$"objects/{digits[..2]}/{digits[2..4]}/{digits[4..]}"], directory.Files());
        Assert.Equal(directory[directory.Files()[0]], store.GetPath(hash));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(store.GetPath(hash)));
        foreach (var path in (string[])[directory["objects"], directory["objects/e7"], directory["objects/e7/c2"]])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
    }

    [Fact]
    public void RefusesEmptyObjects()
    {
        File.WriteAllBytes(directory["empty"], []);
        Assert.Throws<StoreException>(() => store.Add([]));
        Assert.Throws<StoreException>(() => store.Add(Stream.Null));
        Assert.Throws<StoreException>(() => store.AddFile(directory["empty"]));
        Assert.False(store.Contains(default));
        Assert.Equal(["empty"], directory.Files());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(3_000_000)]
    public void RefusesOtherContentThanExpected(int length)
    {
        var expected = ObjectHash.Of("other"u8);
        File.WriteAllBytes(directory["file"], Content(length));
        Action[] ways =
        [
            () => store.Add(Content(length), expected), () => store.Add(new SlowStream(Content(length)), expected),
            () => store.AddFile(directory["file"], expected),
        ];
        foreach (var way in ways)
        {
            var message = Assert.Throws<StoreException>(way).Message;
            Assert.Equal($"hash mismatch. Computed={ObjectHash.Of(Content(length))}, expected={expected}", message);
        }
        store.Add("other"u8);
        // Also where the expected one is there already, and is not written again.
        Assert.Throws<StoreException>(() => store.Add(new SlowStream(Content(length)), expected));
        Assert.Equal(2, directory.Files().Length);
        Assert.Equal(ObjectCondition.Good, store.Verify(expected));
    }

    [Fact]
    public void NothingIsLeftOfABrokenStreamOrACancelledOne()
    {
        Assert.Throws<IOException>(() => store.Add(new SlowStream(Content(3_000_000), failAt: 2_000_000)));
        Assert.Throws<OperationCanceledException>(() => store.Add(new SlowStream(Content(3_000_000)), cancellation: new(true)));
        Assert.Empty(directory.Files());
    }

    [Fact]
    public void WhatIsAbsentIsSaidToBe()
    {
        var hash = ObjectHash.Of("absent"u8);
        Assert.Null(store.SizeOf(hash));
        Assert.Equal(hash, Assert.Throws<ObjectNotFoundException>(() => store.OpenRead(hash)).Hash);
        Assert.Equal(ObjectCondition.Missing, store.Verify(hash));
        Assert.False(store.Remove(hash));
        Assert.Empty(store.Enumerate());
        Assert.Equal(0, store.RemoveLeftovers());
        store.Add("absent"u8);
        Assert.True(store.Remove(hash));
        Assert.False(store.Contains(hash));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3_000_000)]
    public void APowerCutsEmptyAndCutFilesAreMadeGood(int length)
    {
        var content = Content(length);
        var hash = store.Add(content).Hash;
        File.WriteAllBytes(directory["file"], content);
        foreach (var rest in (int[])[0, length / 2])
        {
            Action[] ways =
            [
                () => store.Add(content), () => store.Add(new SlowStream(content)), () => store.AddFile(directory["file"]),
                () => store.AddFile(directory["file"], hash),
            ];
            foreach (var way in ways)
            {
                File.WriteAllBytes(store.GetPath(hash), content[..rest]);
                Assert.Equal(rest > 0, store.Contains(hash));
                Assert.Equal(rest > 0 ? ObjectCondition.Corrupt : ObjectCondition.Missing, store.Verify(hash));
                way();
                Assert.Equal(ObjectCondition.Good, store.Verify(hash));
            }
        }
    }

    [Fact]
    public void SeesFlippedBits()
    {
        var hash = store.Add(Content(1000)).Hash;
        var path = store.GetPath(hash);
        var content = File.ReadAllBytes(path);
        content[500] ^= 1;
        File.WriteAllBytes(path, content);
        Assert.Equal(ObjectCondition.Corrupt, store.Verify(hash));
    }

    [Fact]
    public void PassesOverForeignNames()
    {
        var hash = store.Add("x"u8).Hash;
        var folder = Path.GetDirectoryName(store.GetPath(hash))!;
        File.WriteAllText(store.GetPath(hash) + "~", "half");
        File.WriteAllText(Path.Combine(folder, "README"), "x");
        File.WriteAllText(Path.Combine(folder, new string('A', 124)), "x");
        File.CreateSymbolicLink(Path.Combine(folder, new string('a', 124)), store.GetPath(hash));
        File.WriteAllText(Path.Combine(folder, new string('b', 124)), "");
        Directory.CreateDirectory(directory["objects/.stash/aa/bb"]);
        Directory.CreateDirectory(directory["objects/xyz"]);
        File.WriteAllText(directory["objects/zz"], "x");
        Assert.Equal([new StoredObject(hash, 1)], store.Enumerate());
    }

    [Fact]
    public void RemovesTheLeftoversOfDeadAddersOnly()
    {
        using var living = store.BeginBatch();
        living.Write(ObjectHash.Of("living"u8), "living"u8);
        Directory.CreateDirectory(directory["objects/.incoming/dead"]);
        File.WriteAllText(directory["objects/.incoming/dead/1"], "half");
        Assert.Equal(1, store.RemoveLeftovers());
        Assert.Single(directory.Files());
        Assert.Equal(0, store.RemoveLeftovers());
        Assert.True(store.Add(new SlowStream(Content(3_000_000))).IsNew);
    }

    [Fact]
    public void ManyObjectsAreAddedTogetherByManyThreads()
    {
        var contents = Enumerable.Range(0, 300).Select(seed => Content(seed % 50 == 0 ? 1_200_000 : 1 + seed, seed)).ToArray();
        using (var adder = store.BeginAdding())
        {
            Parallel.ForEach(contents, content => Assert.True(adder.Add(new SlowStream(content)).IsNew));
            adder.Commit();
            Assert.All(contents, content => Assert.False(adder.Add(content).IsNew));
        }
        Assert.All(contents, content => Assert.Equal(ObjectCondition.Good, store.Verify(ObjectHash.Of(content))));
        Assert.Equal(300, directory.Files().Length);
        using (var abandoned = store.BeginAdding())
            abandoned.Add("never committed"u8);
        Assert.Equal(300, directory.Files().Length);
    }

    /// <summary>Many add the same objects at once; a reader never sees one that is not whole.</summary>
    [Fact]
    public async Task ManyMayAddTheSameAtOnce()
    {
        var contents = Enumerable.Range(0, 8).Select(seed => Content(seed % 2 == 0 ? 2000 : 1_500_000, seed)).ToArray();
        var hashes = contents.Select(content => ObjectHash.Of(content)).ToArray();
        var done = false;
        var reader = Task.Run(() =>
        {
            while (!Volatile.Read(ref done))
            {
                foreach (var hash in hashes)
                    Assert.NotEqual(ObjectCondition.Corrupt, store.Verify(hash));
            }
        });
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 16 }, index =>
        {
            // Another instance stands for another process.
            var adder = index % 2 == 0 ? store : new ObjectStore(directory["objects"], isDurable: false);
            adder.Add(new SlowStream(contents[index % 8]), index % 3 == 0 ? hashes[index % 8] : null);
        });
        Volatile.Write(ref done, true);
        await reader;
        Assert.Equal(hashes.Order(), store.Enumerate().Select(found => found.Hash).Order());
        Assert.All(hashes, hash => Assert.Equal(ObjectCondition.Good, store.Verify(hash)));
        Assert.Equal(8, directory.Files().Length);
    }
}
