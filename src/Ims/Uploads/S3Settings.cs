namespace ImageSdk.Ims.Uploads;

/// <summary>S3, as the original's clients have it in the environment.</summary>
/// <param name="Endpoint">S3_ENDPOINT.</param>
/// <param name="AccessKey">S3_ACCESS_KEY.</param>
/// <param name="SecretKey">S3_SECRET_KEY.</param>
/// <param name="Bucket">S3_BUCKET.</param>
/// <param name="VerifiesCertificate">S3_SSL_VALIDATE.</param>
public sealed record S3Settings(string Endpoint, string AccessKey, string SecretKey, string Bucket, bool VerifiesCertificate)
{
    static readonly string[] needed = ["S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY"];

    /// <summary>Reads the settings; null where there are none.</summary>
    /// <exception cref="ImsException">IMG7656: some are missing, or one is wrong.</exception>
    public static S3Settings? Read(Func<string, string?> variable)
    {
        string Text(string name) => variable(name)?.Trim() ?? "";
        var missing = needed.Where(name => Text(name).Length == 0).ToList();
        if (missing.Count == needed.Length)
            return null;
        if (missing.Count > 0)
            throw Wrong($"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} not set in the environment, and {string.Join(", ", needed.Except(missing))} {(missing.Count == 2 ? "is" : "are")}. Set all three to write to S3, or none to upload by addresses of the service.");
        if (!Uri.TryCreate(Text("S3_ENDPOINT"), UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
            throw Wrong($"S3_ENDPOINT is \"{Text("S3_ENDPOINT")}\". Expected an address such as http://s3.example:8080.");
        return new(
            Text("S3_ENDPOINT"), Text("S3_ACCESS_KEY"), Text("S3_SECRET_KEY"), Text("S3_BUCKET") is { Length: > 0 } bucket ? bucket : "boot-images",
            Text("S3_SSL_VALIDATE").ToUpperInvariant() is "TRUE" or "YES" or "1");
    }

    static ImsException Wrong(string message) => new("IMG7656", message);

    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"{Bucket} at {Endpoint}";
}
