using ImageSdk.Srpc.Gob;
using ImageSdk.Tests;

namespace ImageSdk.Srpc.Tests.Gob;

/// <summary>Whatever comes in: a value or a <see cref="GobException"/>, and no more memory than the bytes are worth.</summary>
public class GobFuzzTests
{
    // A byte on the wire may be an object here, and lists double as they grow.
    const int MaxBytesAllocated = 200 * (1 << 16);

    static readonly GobLimits limits = new() { MaxValueBytes = 1 << 16, MaxDepth = 32, MaxDefinitions = 100 };

    public static TheoryData<string> Names => [.. GobFixture.Names];

    [FixtureTheory]
    [MemberData(nameof(Names))]
    public void Damaged_recordings(string name)
    {
        var stream = GobFixture.Load(name).Stream;
        var random = new Random(name.Sum(letter => letter));
        var count = GobFixture.Names.Count();
        for (var left = (FuzzRounds.Or(300 * count) + count - 1) / count; left > 0; left--)
        {
            var damaged = Mutation.Of(stream, random);
            Try(() => GobStreams.ReadAll(damaged, limits));
            Try(() => GobStreams.Decode(Prims.Type, damaged, limits));
        }
    }

    [Fact]
    public void Damaged_streams_of_ours()
    {
        var stream = GobStreams.Encode(Prims.Type, PrimsGenerator.Example);
        var random = new Random(1);
        for (var left = FuzzRounds.Or(5000); left > 0; left--)
        {
            var damaged = Mutation.Of(stream, random);
            Try(() => GobStreams.Decode(Prims.Type, damaged, limits));
        }
    }

    [Fact]
    public void Noise()
    {
        var random = new Random(2);
        for (var left = FuzzRounds.Or(5000); left > 0; left--)
        {
            var noise = new byte[random.Next(1, 200)];
            random.NextBytes(noise);
            // A length that fits lets more of it through.
            noise[0] = (byte)Math.Min(127, noise.Length - 1);
            Try(() => GobStreams.ReadAll(noise, limits));
        }
    }

    static void Try(Action read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read();
        }
        catch (GobException refused)
        {
            Assert.NotEmpty(refused.Message);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxBytesAllocated);
    }
}
