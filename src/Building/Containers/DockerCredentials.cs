using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ImageSdk.Posix;

namespace ImageSdk.Building.Containers;

/// <summary>Who a registry is asked as.</summary>
/// <param name="IsToken">Whether the secret is a token that stands for a user.</param>
sealed record RegistryUser(string Name, string Secret, bool IsToken);

/// <summary>Users of registries as Docker's clients keep them: in <c>config.json</c>, or by programs that it names (<c>docker-credential-*</c>).</summary>
/// <param name="directory">That of config.json.</param>
sealed class DockerCredentials(string directory)
{
    const string TokenUser = "<token>";

    /// <summary>Those of the user who builds.</summary>
    public static DockerCredentials OfUser() => new(
        Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } named ? named : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".docker"));

    /// <param name="accounts">By which names it may be kept.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="InvalidDataException">The file, or what a program says, is not understood.</exception>
    public RegistryUser? Find(IReadOnlyList<string> accounts)
    {
        var file = Path.Combine(directory, "config.json");
        if (!File.Exists(file))
            return null;
        try
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var account in accounts)
            {
                if (Member(config.RootElement, "credHelpers") is { } helpers && Member(helpers, account)?.GetString() is { Length: > 0 } helper)
                    return Ask(helper, account);
                if (Member(config.RootElement, "auths") is { } auths && (Member(auths, account) ?? Member(auths, $"https://{account}")) is { } auth && Read(auth) is { } user)
                    return user;
            }
            return Member(config.RootElement, "credsStore")?.GetString() is { Length: > 0 } store ? accounts.Select(account => Ask(store, account)).FirstOrDefault(user => user is not null) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{file} is not understood: {exception.Message}", exception);
        }
    }

    static RegistryUser? Read(JsonElement auth)
    {
        if (Member(auth, "identitytoken")?.GetString() is { Length: > 0 } token)
            return new(TokenUser, token, IsToken: true);
        if (Member(auth, "auth")?.GetString() is not { Length: > 0 } encoded)
            return null;
        var parts = Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).TrimEnd('\0').Split(':', 2);
        return parts is [var name, var secret] ? new(name, secret, IsToken: false) : null;
    }

    // A program that has nothing for a registry fails.
    static RegistryUser? Ask(string helper, string account)
    {
        if (helper.Contains('/', StringComparison.Ordinal) || ProgramPath.Find($"docker-credential-{helper}") is not { } program)
            throw new InvalidDataException($"the program docker-credential-{helper} is missing, which has the user for {account}");
        using var process = Process.Start(new ProcessStartInfo(program, "get") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.StandardInput.Write(account);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            return null;
        using var answer = JsonDocument.Parse(output);
        return Member(answer.RootElement, "Username")?.GetString() is { } name && Member(answer.RootElement, "Secret")?.GetString() is { } secret ? new(name, secret, name == TokenUser) : null;
    }

    static JsonElement? Member(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}
