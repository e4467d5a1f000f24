using System.CommandLine;
using ImageSdk.Images;

namespace ImageSdk.Cli.Options;

/// <summary>A duration as imagetool takes it ("90s", "1h30m", "2d"); 0 where it is not given.</summary>
sealed class DurationOption : Option<TimeSpan>
{
    public DurationOption(string name, string description) : base(name)
    {
        Description = description;
        HelpName = "DURATION";
        CustomParser = result =>
        {
            if (TryParse(result.Tokens[0].Value, out var duration))
                return duration;
            result.AddError($"{name}: \"{result.Tokens[0].Value}\" is no duration: write it as 90s, 15m or 1h30m.");
            return default;
        };
    }

    internal static bool TryParse(string text, out TimeSpan duration) => HumanDuration.TryParse(text, out duration) && duration >= TimeSpan.Zero;
}
