namespace ImageSdk.OpenStack.Keystone;

/// <summary>A way to show a cloud who one is.</summary>
interface ILogin
{
    /// <exception cref="OpenStackException">IMG7455: it refuses. IMG7456: it answers as no cloud does.</exception>
    Task<CloudToken> LogInAsync(CancellationToken cancellation);
}
