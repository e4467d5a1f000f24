namespace ImageSdk.ImageBuilder.Destinations;

/// <summary>Opens destinations and data stores by what settings say of them.</summary>
static class DestinationTable
{
    /// <param name="place">A directory.</param>
    public static IImageDestination OpenImages(string place) => new DirectoryDestination(place);

    /// <param name="place">A directory.</param>
    public static IDataStore OpenData(string place) => new DirectoryDataStore(place);
}
