namespace ImageSdk.ImageBuilder.Destinations;

/// <summary>Where logs, manifests and other documents of builds are kept for those who asked for them. Safe for many builds at once.</summary>
interface IDataStore
{
    /// <summary>Keeps a file, in place of one that has the name.</summary>
    /// <param name="container">
    /// Its group, which is made where it is not there: "COMPONENT.IDENTIFIER" as in Ubuntu's CI engine, of letters, digits, '.', '-' and '_'.
    /// </param>
    /// <param name="name">Of letters, digits, '.', '-' and '_'.</param>
    /// <param name="contentType">Such as "text/plain; charset=utf-8".</param>
    /// <param name="content">Seekable, so that it can be sent again.</param>
    /// <returns>The URL by which it is read.</returns>
    /// <exception cref="DestinationException">The store refuses it, or cannot be reached.</exception>
    Task<string> PutAsync(string container, string name, string contentType, Stream content, CancellationToken cancellation);
}
