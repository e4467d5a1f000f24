using System.Net;

namespace ImageSdk.Ims;

/// <summary>An image management service, or its S3, refuses or cannot be reached.</summary>
/// <param name="code">IMG and four digits.</param>
/// <param name="status">What the service answered; null where it did not.</param>
public sealed class ImsException(string code, string message, HttpStatusCode? status = null, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;

    public HttpStatusCode? Status { get; } = status;
}
