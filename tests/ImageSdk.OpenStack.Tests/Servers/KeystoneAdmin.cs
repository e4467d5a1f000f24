using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ImageSdk.OpenStack.Tests.Servers;

/// <summary>What tests set up in Keystone, by plain requests.</summary>
sealed class KeystoneAdmin(Uri keystone, string password, Func<string> readLog) : IDisposable
{
    readonly HttpClient client = new();

    async Task<(string Token, JsonElement Body)> LogInAsync()
    {
        using var answer = await client.PostAsync($"{keystone}/auth/tokens", Json(new
        {
            auth = new
            {
                identity = new { methods = new[] { "password" }, password = new { user = new { name = "admin", domain = new { id = "default" }, password } } },
                scope = new { project = new { name = "admin", domain = new { id = "default" } } },
            },
        }));
        answer.EnsureSuccessStatusCode();
        return (answer.Headers.GetValues("X-Subject-Token").Single(), await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    // With a length: the server of Python's library takes no pieces.
    static StringContent Json(object body) => new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    public async Task<(string Project, string User)> WhoAmIAsync()
    {
        var token = (await RepeatAsync("auth/tokens", LogInAsync)).Body.GetProperty("token");
        return (token.GetProperty("project").GetProperty("id").GetString()!, token.GetProperty("user").GetProperty("id").GetString()!);
    }

    public async Task AddServiceAsync(string type, string region, string address)
    {
        var service = (await SendAsync(HttpMethod.Post, "services", new { service = new { type, name = type } })).GetProperty("service").GetProperty("id").GetString();
        await SendAsync(HttpMethod.Post, "endpoints", new { endpoint = new { service_id = service, @interface = "public", region, url = address } });
    }

    /// <summary>Id and secret.</summary>
    public async Task<(string Id, string Secret)> AddApplicationCredentialAsync(string user, string name)
    {
        var made = (await SendAsync(HttpMethod.Post, $"users/{user}/application_credentials", new { application_credential = new { name } })).GetProperty("application_credential");
        return (made.GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!);
    }

    public async Task<string> TokenAsync() => (await LogInAsync()).Token;

    public async Task RevokeAsync(string revoked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"{keystone}/auth/tokens");
        request.Headers.Add("X-Auth-Token", await TokenAsync());
        request.Headers.Add("X-Subject-Token", revoked);
        using var answer = await client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    Task<JsonElement> SendAsync(HttpMethod method, string path, object body) => RepeatAsync(path, async () =>
    {
        using var request = new HttpRequestMessage(method, $"{keystone}/{path}") { Content = Json(body) };
        request.Headers.Add("X-Auth-Token", await TokenAsync());
        using var answer = await client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    });

    // Its library's small server ends a connection now and then without an answer, and SQLite is busy.
    async Task<T> RepeatAsync<T>(string path, Func<Task<T>> send)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                return await send();
            }
            catch (HttpRequestException problem) when (problem.StatusCode is null or >= System.Net.HttpStatusCode.InternalServerError)
            {
                if (attempt == 5)
                    throw new InvalidOperationException($"{path}: {problem.Message}\n{readLog()}", problem);
                await Task.Delay(200);
            }
    }

    public void Dispose() => client.Dispose();
}
