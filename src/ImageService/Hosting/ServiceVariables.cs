using System.Globalization;
using ImageSdk.Hosting.Flags;
using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Resources;

namespace ImageSdk.ImageService.Hosting;

/// <summary>The settings that the original's installations give in the environment, by the names that they have there.</summary>
static class ServiceVariables
{
    /// <summary>Those without which there is no S3.</summary>
    static readonly string[] needed = ["S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY"];

    /// <param name="variable">Reads a variable; null for one that is not set.</param>
    /// <exception cref="FlagException">One is missing or wrong.</exception>
    public static void Read(ImageServiceOptions options, Func<string, string?> variable)
    {
        string Text(string name) => variable(name) ?? "";
        options.S3 = new(Text(needed[0]), Text(needed[1]), Text(needed[2]), Flag(variable, "S3_SSL_VALIDATE"));
        options.S3Clients = new(Or("S3_STS_ENDPOINT", options.S3.Endpoint), Or("S3_STS_ACCESS_KEY", options.S3.AccessKey), Or("S3_STS_SECRET_KEY", options.S3.SecretKey), Flag(variable, "S3_STS_SSL_VALIDATE"));
        options.S3Timeout = TimeSpan.FromSeconds(Number("S3_READ_TIMEOUT", (int)options.S3Timeout.TotalSeconds));
        options.Places = new()
        {
            ImageBucket = Or("S3_BOOT_IMAGES_BUCKET", options.Places.ImageBucket), RecipeBucket = Or("S3_IMS_BUCKET", options.Places.RecipeBucket),
            AddressLifetime = TimeSpan.FromSeconds(Number("S3_URL_EXPIRATION", (int)options.Places.AddressLifetime.TotalSeconds)),
        };
        options.LargestManifest = Number("MAX_IMAGE_MANIFEST_SIZE_BYTES", options.LargestManifest);
        options.Jobs = new()
        {
            DefaultSize = Number("DEFAULT_IMS_IMAGE_SIZE", options.Jobs.DefaultSize), DefaultMemory = Number("DEFAULT_IMS_JOB_MEM_SIZE", options.Jobs.DefaultMemory),
            Namespace = Or("DEFAULT_IMS_JOB_NAMESPACE", options.Jobs.Namespace), Subnet = Or("JOB_CUSTOMER_ACCESS_SUBNET_NAME", options.Jobs.Subnet),
            Domain = Or("JOB_CUSTOMER_ACCESS_NETWORK_DOMAIN", options.Jobs.Domain), EnablesDkms = Text("JOB_ENABLE_DKMS").Length == 0 || Flag(variable, "JOB_ENABLE_DKMS"),
            MissedHeartbeats = Number("DEFAULT_IMS_JOB_REMOTE_TIMEOUT_COUNT", options.Jobs.MissedHeartbeats),
        };
        if (Text("LOG_LEVEL") is { Length: > 0 } level)
            options.LogDebugLevel = LogLevel.Parse(level) ?? throw Wrong($"LOG_LEVEL is \"{level}\"; expected DEBUG, INFO, WARNING, ERROR or CRITICAL");
        if (options.ArtifactDirectory.Length == 0 && needed.Where(name => Text(name).Length == 0).ToList() is { Count: > 0 } missing)
            throw Wrong(
                $"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} not set in the environment: set S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY, or keep artifacts in a directory (-artifactDir)");
        if (options.ArtifactDirectory.Length == 0 && !Uri.TryCreate(options.S3.Endpoint, UriKind.Absolute, out _))
            throw Wrong($"S3_ENDPOINT is \"{options.S3.Endpoint}\"; expected an address such as http://s3.example:8080");

        string Or(string name, string other) => Text(name) is { Length: > 0 } said ? said : other;

        int Number(string name, int unset) => Text(name) is not { Length: > 0 } said ? unset
            : int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
            : throw Wrong($"{name} is \"{said}\"; expected a whole number above 0");
    }

    static FlagException Wrong(string message)
    {
        const string code = "IMG7604";
        return new($"{code}: {message}");
    }

    static bool Flag(Func<string, string?> variable, string name) => (variable(name) ?? "").Trim().ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "T" or "Y" or "1" or "ON" => true,
        "" or "FALSE" or "NO" or "F" or "N" or "0" or "OFF" => false,
        var said => throw Wrong($"{name} is \"{said}\"; expected true or false"),
    };
}
