namespace ImageSdk.Attestations;

/// <summary>Addresses that a document may link to.</summary>
static class WebAddress
{
    public static bool IsOne(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && Uri.IsWellFormedUriString(text, UriKind.Absolute);
}
