using System.Globalization;
using System.Net;
using ImageSdk.OpenStack.Http;
using ImageSdk.OpenStack.Settings;

namespace ImageSdk.OpenStack.Keystone;

/// <summary>The first way to log in to Swift, which its <c>tempauth</c> and Ceph's gateway speak: two headers for a token and an address.</summary>
sealed class Version1Login(CloudSettings settings, ServiceConnection connection) : ILogin
{
    /// <summary>Where the server does not say it.</summary>
    static readonly TimeSpan usualLifetime = TimeSpan.FromHours(1);

    public async Task<CloudToken> LogInAsync(CancellationToken cancellation)
    {
        var address = settings.AuthUrl!;
        using var answer = await connection.SendAsync(new(HttpMethod.Get, address)
        {
            // "ACCOUNT:USER", or the account as the project.
            Headers = new Dictionary<string, string>
            {
                ["X-Auth-User"] = settings.ProjectName.Length > 0 && !settings.UserName.Contains(':', StringComparison.Ordinal) ? $"{settings.ProjectName}:{settings.UserName}" : settings.UserName,
                ["X-Auth-Key"] = settings.Password,
            },
        }, cancellation);
        if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            throw new OpenStackException("IMG7455", $"{address} refuses {settings.Origin}: {await answer.DescribeAsync()}. Check the user (ACCOUNT:USER) and the key.");
        var (token, storage) = (answer.Header("X-Auth-Token"), answer.Header("X-Storage-Url"));
        if (!answer.IsSuccess || token.Length == 0 || storage.Length == 0)
            throw new OpenStackException("IMG7456", $"{address} answers with {await answer.DescribeAsync()}, without a token. auth_url has to be where version 1 logs in, such as https://HOST/auth/v1.0.");
        var lifetime = int.TryParse(answer.Header("X-Auth-Token-Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds) : usualLifetime;
        return new(token, lifetime, new([new("object-store", settings.Interface, settings.Region, storage)]));
    }
}
