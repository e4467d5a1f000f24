using ImageSdk.OpenStack;
using ImageSdk.OpenStack.Http;
using ImageSdk.OpenStack.Settings;
using ImageSdk.OpenStack.Swift;

namespace ImageSdk.ImageBuilder.Destinations;

/// <summary>Containers of the object store of an OpenStack cloud.</summary>
/// <param name="isPublic">Whether whoever has the address of a file may read it.</param>
sealed class SwiftDataStore(CloudSettings settings, bool isPublic) : IDataStore
{
    /// <summary>Few: who puts something repeats it for longer.</summary>
    static readonly RetryPolicy retries = new(3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    readonly SwiftService service = new(settings, retries: retries);

    public async Task<string> PutAsync(string container, string name, string contentType, Stream content, CancellationToken cancellation)
    {
        try
        {
            return (await service.Open(container, isPublic: isPublic).PutFileAsync(name, content, contentType, cancellation)).AbsoluteUri;
        }
        catch (OpenStackException problem)
        {
            throw new DestinationException(problem.Code, problem.Message, problem.IsTransient, problem);
        }
    }
}
