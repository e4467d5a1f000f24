using System.Net;
using ImageSdk.OpenStack.Http;

namespace ImageSdk.OpenStack.Keystone;

/// <summary>Requests to one service of a cloud, with the token; a token that the service does not believe any more is renewed once.</summary>
/// <param name="service">Type of the service: "image", "object-store".</param>
sealed class ServiceClient(ICloudSession session, string service)
{
    public RetryPolicy Retries => session.Connection.Retries;

    public void Log(string line) => session.Connection.Log(line);

    public void Warn(string code, string message) => session.Connection.Warn(code, message);

    public Task<Uri> FindEndpointAsync(CancellationToken cancellation) => session.FindEndpointAsync(service, cancellation);

    /// <param name="request">With its whole address, which has to begin with the service's.</param>
    /// <exception cref="OpenStackException">The service cannot be reached, or the cloud does not let in.</exception>
    public async Task<ServiceAnswer> SendAsync(ServiceRequest request, CancellationToken cancellation)
    {
        string? refused = null;
        while (true)
        {
            var token = await session.GetTokenAsync(refused, cancellation);
            var answer = await session.Connection.SendAsync(
                token.Length == 0 ? request : request with { Headers = new Dictionary<string, string>(request.Headers) { ["X-Auth-Token"] = token } }, cancellation);
            if (answer.Status != HttpStatusCode.Unauthorized)
                return answer;
            using (answer)
            {
                if (refused is not null || token.Length == 0)
                    throw new OpenStackException("IMG7455", $"{answer.Name} is answered with {await answer.DescribeAsync()}. {(token.Length == 0 ? "The service wants credentials: name a cloud with them." : "The service does not believe the token that the cloud gave for it.")}");
                refused = token;
            }
        }
    }
}
