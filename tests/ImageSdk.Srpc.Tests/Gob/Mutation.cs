namespace ImageSdk.Srpc.Tests.Gob;

/// <summary>Damages bytes the way that finds mistakes in decoders; the same seed gives the same damage.</summary>
static class Mutation
{
    static readonly byte[] interesting = [0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xf7, 0xf8, 0xfc, 0xfe, 0xff];

    public static byte[] Of(byte[] original, Random random)
    {
        var bytes = new List<byte>(original);
        for (var left = random.Next(1, 5); left > 0 && bytes.Count > 0; left--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = interesting[random.Next(interesting.Length)];
                    break;
                case 2:
                    bytes[at] = (byte)(bytes[at] + random.Next(-2, 3));
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count), 1));
                    break;
                case 5:
                    bytes.InsertRange(at, [0xf8, .. Enumerable.Repeat((byte)random.Next(256), 8)]);
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }
}
