using System.Text;
using ImageSdk.Tests;

namespace ImageSdk.Images.Tests;

/// <summary>Answers of the original's tool, as recorded.</summary>
static class Transcript
{
    /// <summary>What the tool printed for the command that ends so.</summary>
    public static string Read(string command)
    {
        var text = File.ReadAllText(Path.Combine(Fixtures.Root!, "transcripts", "imagetool.txt"), Encoding.UTF8);
        var start = text.IndexOf($" {command}\n", StringComparison.Ordinal) + command.Length + 2;
        Assert.True(start > command.Length + 2, command);
        return text[start..(text.IndexOf("\n$ ", start, StringComparison.Ordinal))];
    }
}
