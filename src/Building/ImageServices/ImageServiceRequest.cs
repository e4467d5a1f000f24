using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Ims;
using ImageSdk.Ims.Http;
using ImageSdk.Ims.Uploads;

namespace ImageSdk.Building.ImageServices;

/// <summary>What a project says of its image in an image management service.</summary>
/// <param name="Address">Of the service.</param>
/// <param name="Variable">Reads a variable of the environment: S3 and the token of a gateway are there.</param>
public sealed record ImageServiceRequest(string Address, Func<string, string?> Variable)
{
    /// <summary>Empty for the stream.</summary>
    public string ImageName { get; init; } = "";

    /// <summary>Tags of the record, in the place of those that are worked out, or beside them.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Looks for mistakes before anything is built. No server is asked.</summary>
    /// <returns>Where the service is, and S3; null where artifacts go by addresses of the service.</returns>
    /// <exception cref="BuildException">Something is wrong.</exception>
    internal (ServiceAddress Service, S3Settings? S3) Check()
    {
        try
        {
            return (ServiceAddress.Parse(Address), S3Settings.Read(Variable));
        }
        catch (ImsException problem)
        {
            throw new BuildException(problem.Code, problem.Message, inner: problem);
        }
    }
}

/// <summary>An image in an image management service.</summary>
/// <param name="Location">Address of its record.</param>
/// <param name="Ran">Whether it was sent now, rather than found.</param>
public sealed record ImageServicePublication(string Id, string Name, Uri Location, bool Ran);
