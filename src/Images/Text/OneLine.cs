namespace ImageSdk.Images.Text;

/// <summary>Texts of others in a line of our own.</summary>
public static class OneLine
{
    /// <summary>Control characters become blanks or vanish in an escape: no name can end the line or steer a terminal.</summary>
    public static string Of(string text) => text.Any(char.IsControl)
        ? string.Concat(text.Select(character => character switch
        {
            '\n' or '\t' => " ",
            '\r' => "",
            _ when char.IsControl(character) => $"\\x{(int)character:x2}",
            _ => character.ToString(),
        }))
        : text;
}
