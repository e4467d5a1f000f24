using System.Buffers.Binary;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Tests;

public class ObjectTableTests
{
    static ObjectHash Hash(int number)
    {
        Span<byte> hash = stackalloc byte[ObjectHash.Size];
        // Few different starts, so that chains get long.
        hash[0] = (byte)(number % 7);
        BinaryPrimitives.WriteInt32LittleEndian(hash[40..], number);
        return new ObjectHash(hash);
    }

    /// <summary>Any sequence of changes leaves the table as a plain dictionary and list have it.</summary>
    [Fact]
    public void It_does_what_a_dictionary_and_a_list_do()
    {
        var random = new Random(7);
        var table = new ObjectTable();
        var model = new Dictionary<ObjectHash, (ulong Size, uint References, uint Pins)>();
        var order = new List<ObjectHash>();
        for (var round = 0; round < 60_000; round++)
        {
            var hash = Hash(random.Next(300));
            if (table.Find(hash) is not { } index)
            {
                Assert.DoesNotContain(hash, model.Keys);
                var size = (ulong)random.Next(1, 100);
                table.Add(hash, size, 0);
                model.Add(hash, (size, 0, 0));
                order.Add(hash);
                continue;
            }
            var known = model[hash];
            var wasLoose = known is { References: 0, Pins: 0 };
            switch (random.Next(6))
            {
                case 0:
                    table.Reference(index, 3);
                    known.References += 3;
                    break;
                case 1 when known.References > 0:
                    table.Reference(index, -(long)known.References);
                    known.References = 0;
                    break;
                case 2:
                    table.Pin(index);
                    known.Pins++;
                    break;
                case 3 when known.Pins > 0:
                    table.Unpin(index);
                    known.Pins--;
                    break;
                case 4 when !wasLoose:
                    known.Size = (ulong)random.Next(3);
                    table.SetSize(index, known.Size);
                    break;
                case 5:
                    Assert.Equal(wasLoose, table.Remove(index));
                    if (wasLoose)
                    {
                        model.Remove(hash);
                        order.Remove(hash);
                    }
                    break;
            }
            if (!model.ContainsKey(hash))
                continue;
            var isLoose = known is { References: 0, Pins: 0 };
            if (wasLoose && !isLoose)
                order.Remove(hash);
            if (!wasLoose && isLoose && known.Size > 0)
                order.Add(hash);
            if (isLoose && known.Size == 0)
                model.Remove(hash);
            else
                model[hash] = known;
            if (round % 500 == 0)
                Check();
        }
        Check();

        void Check()
        {
            Assert.Equal(order, table.ListLoose().Select(table.HashOf));
            Assert.Equal(order.Take(3), table.ListOldest(3, 0, 10).Select(table.HashOf));
            Assert.Equal(order.Take(5), table.ListOldest(100, 0, 5).Select(table.HashOf));
            var bytes = 0UL;
            Assert.Equal(order.TakeWhile(hash => (bytes += model[hash].Size) - model[hash].Size < 150), table.ListOldest(0, 150, 1000).Select(table.HashOf));
            var present = model.Values.Where(item => item.Size > 0).ToList();
            Assert.Equal(
                new ObjectStatistics(
                    present.Count, (ulong)present.Sum(item => (long)item.Size), order.Count, (ulong)order.Sum(hash => (long)model[hash].Size),
                    (ulong)model.Values.Sum(item => item.References), (ulong)model.Values.Sum(item => (long)(item.References * item.Size))),
                table.Statistics);
            for (var number = 0; number < 300; number++)
            {
                var hash = Hash(number);
                Assert.Equal(model.TryGetValue(hash, out var item) ? item.Size : (ulong?)null, table.Find(hash) is { } index ? table.SizeOf(index) : (ulong?)null);
            }
        }
    }
}
