namespace ImageSdk.Contracts.Networking;

/// <summary>The environment variables that name a way to the network, as curl, apt and wget read them.</summary>
static class ProxyVariables
{
    public const string NoProxy = "no_proxy";

    /// <summary>In lower case, which all programs read; some read them in upper case too.</summary>
    public static IReadOnlyList<string> Names { get; } = ["http_proxy", "https_proxy", "ftp_proxy", "all_proxy", NoProxy];

    /// <summary>The same in both cases.</summary>
    public static IReadOnlyList<string> AllNames { get; } = [.. Names, .. Names.Select(name => name.ToUpperInvariant())];

    public static bool IsOne(string name) => Names.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The value of a variable in either case; null where it is empty or not set.</summary>
    public static string? Find(Func<string, string?> variable, string name) =>
        variable(name) is { Length: > 0 } lower ? lower : variable(name.ToUpperInvariant()) is { Length: > 0 } upper ? upper : null;
}
