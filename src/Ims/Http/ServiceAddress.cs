namespace ImageSdk.Ims.Http;

/// <summary>Where an image management service is: <c>http://HOST:9000</c>, or below a gateway's path, <c>https://HOST/apis/ims</c>.</summary>
public sealed record ServiceAddress
{
    ServiceAddress(Uri root) => Root = root;

    /// <summary>Ends with a slash.</summary>
    public Uri Root { get; }

    /// <exception cref="ImsException">IMG7650: it is no such address.</exception>
    public static ServiceAddress Parse(string text)
    {
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
            throw Wrong($"\"{text}\" is no address of an image management service. Expected http://HOST:9000, or https://HOST/apis/ims behind a gateway.");
        if (address.UserInfo.Length > 0)
            throw Wrong("The address of an image management service has a user or a password. A gateway wants a token: set IMAGE_SERVICE_TOKEN in the environment.");
        if (address.Query.Length > 0 || address.Fragment.Length > 0)
            throw Wrong($"\"{text}\" has a query or a fragment. The address of an image management service ends with its path.");
        return new(new UriBuilder(address) { Path = address.AbsolutePath.TrimEnd('/') + "/" }.Uri);
    }

    /// <param name="path">As the documentation of the interface has it, <c>/v3/images</c>; with its query.</param>
    public Uri To(string path) => new(Root, path.TrimStart('/'));

    public override string ToString() => Root.AbsoluteUri.TrimEnd('/');

    static ImsException Wrong(string message) => new("IMG7650", message);
}
