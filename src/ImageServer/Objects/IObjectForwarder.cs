namespace ImageSdk.ImageServer.Objects;

/// <summary>
/// Sends on what a server receives, to the one that it follows. What is forwarded is on the disk but not visible yet:
/// only what the other has confirmed gets its name and is confirmed to the sender.
/// </summary>
interface IObjectForwarder
{
    /// <summary>
    /// Returns when the other server has all of the objects, also those that are not new here; what it has not taken is
    /// refused by <see cref="ReceivedObject.Refuse"/>. Called for many batches at once.
    /// </summary>
    /// <param name="open">Opens the content of one of the objects.</param>
    Task ForwardAsync(IReadOnlyList<ReceivedObject> objects, Func<ReceivedObject, Stream> open, CancellationToken cancellation);
}
