using ImageSdk.Srpc.Gob;
using ImageSdk.Tests;

namespace ImageSdk.Srpc.Tests.Gob;

/// <summary>Whatever comes in: a value or a <see cref="GobException"/>, and no more work than the bytes are worth.</summary>
public class GobFuzzTests
{
    const int MutationsPerStream = 300;

    static readonly GobLimits limits = new() { MaxValueBytes = 1 << 16, MaxDepth = 32, MaxDefinitions = 100 };

    public static TheoryData<string> Names => [.. GobFixture.Names];

    [FixtureTheory]
    [MemberData(nameof(Names))]
    public void Damaged_recordings(string name)
    {
        var stream = GobFixture.Load(name).Stream;
        var random = new Random(name.Sum(letter => letter));
        for (var i = 0; i < MutationsPerStream; i++)
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
        for (var i = 0; i < 5000; i++)
        {
            var damaged = Mutation.Of(stream, random);
            Try(() => GobStreams.Decode(Prims.Type, damaged, limits));
        }
    }

    [Fact]
    public void Noise()
    {
        var random = new Random(2);
        for (var i = 0; i < 5000; i++)
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
        try
        {
            read();
        }
        catch (GobException refused)
        {
            Assert.NotEmpty(refused.Message);
        }
    }
}
