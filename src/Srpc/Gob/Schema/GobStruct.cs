namespace ImageSdk.Srpc.Gob;

/// <summary>
/// The schema of a message class with settable properties:
/// <code>
/// new GobStruct&lt;CheckImageRequest&gt;("CheckImageRequest")
/// {
///     { "ImageName", GobTypes.Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
/// };
/// </code>
/// </summary>
/// <param name="name">The bare Go name; peers ignore it.</param>
public sealed class GobStruct<T>(string name) : GobStructType<T, T>(name) where T : class, new()
{
    private protected override T NewDraft() => new();

    private protected override T Finish(T draft) => draft;
}
