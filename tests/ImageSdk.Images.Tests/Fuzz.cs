namespace ImageSdk.Images.Tests;

/// <summary>Runs a parser over inputs that are a little wrong. Seeded, so that a failure comes back.</summary>
static class Fuzz
{
    const int Rounds = 3000;

    public static void Text(string seed, Action<string> parse)
    {
        var random = new Random(20_26);
        for (var round = 0; round < Rounds; round++)
        {
            var text = seed.ToList();
            for (var edits = random.Next(1, 5); edits > 0 && text.Count > 0; edits--)
            {
                var place = random.Next(text.Count);
                switch (random.Next(4))
                {
                    case 0:
                        text.RemoveRange(place, random.Next(Math.Min(8, text.Count - place)));
                        break;
                    case 1:
                        text.Insert(place, (char)random.Next(0x10000));
                        break;
                    case 2:
                        text[place] = seed[random.Next(seed.Length)];
                        break;
                    default:
                        text.RemoveRange(place, text.Count - place);
                        break;
                }
            }
            parse(new string(text.ToArray()));
        }
    }
}
