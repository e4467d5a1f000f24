using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Replication;

namespace ImageSdk.ImageServer.Services;

/// <summary>What the methods of the image service go by.</summary>
sealed record ImageServiceOptions
{
    /// <summary>Whether those without a certificate may read.</summary>
    public bool AllowUnauthenticatedReads { get; init; }

    public ExpirationLimits Expirations { get; init; } = new(TimeSpan.FromHours(24), TimeSpan.FromHours(730));

    /// <summary>The server that this one is a replica of; null where it is none.</summary>
    public IMasterLink? Master { get; init; }

    /// <summary>Told who changes what.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>Told of a disk that is full or broken.</summary>
    public Action<Exception> OnTrouble { get; init; } = _ => { };

    /// <summary>Of the page about an image in some other place; null for none.</summary>
    public InformationTemplate? InformationTemplate { get; init; }
}
