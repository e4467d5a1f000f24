using System.Collections.Concurrent;

namespace ImageSdk.OpenStack.Http;

/// <summary>What must not get from a server's answer into a message: passwords and tokens that were sent to it.</summary>
sealed class SecretTexts(IEnumerable<string> secrets)
{
    /// <summary>Shorter ones would make answers unreadable, and are no secrets.</summary>
    const int Shortest = 4;

    readonly ConcurrentDictionary<string, bool> all = new(secrets.Where(secret => secret.Length >= Shortest).Distinct().Select(secret => KeyValuePair.Create(secret, true)));

    public void Add(string secret)
    {
        if (secret.Length >= Shortest)
            all[secret] = true;
    }

    public string Mask(string text)
    {
        foreach (var secret in all.Keys.OrderByDescending(secret => secret.Length))
            text = text.Replace(secret, "***", StringComparison.Ordinal).Replace(Uri.EscapeDataString(secret), "***", StringComparison.Ordinal);
        return text;
    }
}
