namespace ImageSdk.Srpc;

static class ErrorLine
{
    /// <summary>An error as one line. Line ends inside would be read as further answers, and an empty line as success.</summary>
    public static string Of(string text) => Refusal(string.IsNullOrWhiteSpace(text) ? "error" : text.TrimEnd());

    /// <summary>A refusal as one line; a blank at its end stays, as in <c>unknown service: </c> of a nameless service.</summary>
    public static string Refusal(string text) => text.Replace('\r', ' ').Replace('\n', ' ') + "\n";
}
